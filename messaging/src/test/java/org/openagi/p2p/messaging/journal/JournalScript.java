package org.openagi.p2p.messaging.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.codec.Refusal;
import org.openagi.p2p.messaging.inbox.InboxLog;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

/** A run of a store that remembers what it was promised, and holds another store on the same disk to it. */
final class JournalScript {
  static final JournalConfig CONFIG = new JournalConfig(
      4 << 20, 4096, JournalConfig.Sync.ALWAYS, Duration.ofMinutes(1), 0, DeadLetterLimits.DEFAULT);

  private static final PeerId[] PEERS = {
    TestPeers.filledKey(1).peerId(), TestPeers.filledKey(2).peerId()
  };
  private static final Lane[] LANES = {Lane.URGENT, Lane.BULK};

  /** What is known of one outbox. */
  private static final class Promise {
    long epoch;
    boolean known;
    final TreeMap<Long, String> submitted = new TreeMap<>();
    final Set<Long> accepted = new HashSet<>();
    final Set<Long> ended = new HashSet<>();
    final Set<Long> expired = new HashSet<>();
    long settled = 1;
  }

  private final RandomGenerator random;
  private final Map<String, Promise> promises = new HashMap<>();
  private final Map<Long, String> idsByNumber = new TreeMap<>();
  private final List<Refusal> refused = new ArrayList<>();
  private final VirtualTime time = new VirtualTime();
  final List<String> events = new ArrayList<>();
  JournalMessageStore store;
  private int messages;
  private long handled = 1;
  private long askedSettle = 1;
  private long seenAcknowledgeable = 1;
  private long seenLease = 1;

  JournalScript(long seed) {
    random = SeededRandom.of(seed);
  }

  void open(SimDisk disk) throws IOException {
    store = JournalMessageStore.open(
        disk,
        CONFIG,
        SeededRandom.of(random.nextLong()),
        time,
        Runnable::run,
        new JournalListener() {
          @Override
          public void onFailed(String reason) {
            events.add("failed " + reason);
          }

          @Override
          public void onTailCut(String file, long offset, long bytes) {
            events.add("cut " + file + " " + offset);
          }

          @Override
          public void onCompacted(String file, int entries, long bytes) {
            events.add("compacted " + file + " " + entries);
          }
        },
        () -> {});
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> submit();
        case 3 -> settle();
        case 4, 5 -> receive();
        default -> work();
      }
    }
  }

  void work() {
    store.work();
    InboxLog inbox = inbox();
    seenAcknowledgeable = inbox.acknowledgeableEnd();
    seenLease = inbox.leasedEnd();
  }

  private InboxLog inbox() {
    return store.inbox(PEERS[0], Lane.BULK, 77);
  }

  private Promise promise(PeerId peer, Lane lane) {
    return promises.computeIfAbsent(peer + " " + lane, k -> new Promise());
  }

  void submit() {
    PeerId peer = PEERS[random.nextInt(PEERS.length)];
    Lane lane = LANES[random.nextInt(LANES.length)];
    OutboxLog<OutboxEntry> log = store.outbox(peer, lane);
    Promise promise = promise(peer, lane);
    if (!promise.known) promise.epoch = log.epoch();
    String text =
        "m" + messages++ + "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 3000 : 200));
    NetworkMessage message = NetworkMessage.builder()
        .recipientId(random.nextBoolean() ? peer.toString() : "bob")
        .payload(Bytes.ofUtf8(text))
        .build();
    if (random.nextInt(4) == 0) {
      message = NetworkMessage.builder()
          .messageId("id" + messages)
          .recipientId("bob")
          .payload(text)
          .build();
    }
    if (store.reserve(message) != null) return;
    OutboxEntry entry = new OutboxEntry(message, new LaneNumbering(log.epoch(), lane), 0, null);
    long number = log.append(entry);
    promise.submitted.put(number, text);
    entry.accepted().thenRun(() -> {
      promise.known = true;
      promise.accepted.add(number);
    });
  }

  /** Ends the first few messages of an outbox, the way a lane does. */
  private void settle() {
    PeerId peer = PEERS[random.nextInt(PEERS.length)];
    Lane lane = LANES[random.nextInt(LANES.length)];
    OutboxLog<OutboxEntry> log = store.outbox(peer, lane);
    Promise promise = promise(peer, lane);
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    int count = random.nextInt(12);
    boolean prefix = true;
    long end = cursor.number();
    for (int i = 0; i < count && cursor.peek() != null; i++, cursor.advance()) {
      OutboxEntry entry = cursor.peek();
      long number = cursor.number();
      if (!promise.ended.contains(number) && !entry.isEnded()) {
        if (random.nextInt(30) == 0) prefix = false;
        if (!prefix && random.nextBoolean()) continue;
        Outcome outcome = random.nextInt(4) == 0
            ? new Outcome.Expired("late " + number)
            : Outcome.Acknowledged.INSTANCE;
        entry.ended(outcome);
        if (!outcome.isAcknowledged() || entry.message().givenId() != null) {
          log.recordEnd(entry, outcome);
        }
        promise.ended.add(number);
        if (!outcome.isAcknowledged()) promise.expired.add(number);
      }
      if (prefix) end = number + 1;
    }
    if (end > log.firstUnsettled()) log.settleUpTo(end);
  }

  private void receive() {
    InboxLog inbox = inbox();
    int count = random.nextInt(20);
    for (int i = 0; i < count; i++) {
      if (handled >= inbox.leasedEnd()) {
        inbox.lease(handled + 30);
        break;
      }
      if (random.nextInt(10) == 0) {
        Refusal refusal = new Refusal(handled, RefusalReason.NO_HANDLER, "nobody " + handled);
        refused.add(refusal);
        inbox.onRefused(refusal);
      } else if (random.nextInt(5) == 0) {
        idsByNumber.put(handled, "got" + handled);
        store.markHandled(PEERS[0], "got" + handled);
      }
      handled++;
      inbox.onHandled(handled);
    }
    if (random.nextBoolean()) {
      askedSettle = handled;
      inbox.settle(handled);
    }
  }

  /** Holds the store that is open now to what the one before promised, and goes on from there. */
  void check() {
    for (PeerId peer : PEERS) for (Lane lane : LANES) check(peer, lane);
    checkInbox();
  }

  private void check(PeerId peer, Lane lane) {
    Promise promise = promise(peer, lane);
    OutboxLog<OutboxEntry> log = store.outbox(peer, lane);
    if (promise.known) assertEquals(promise.epoch, log.epoch(), "the epoch stays");
    Map<Long, String> found = new TreeMap<>();
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    for (; cursor.peek() != null; cursor.advance()) {
      OutboxEntry entry = cursor.peek();
      assertEquals(cursor.number(), entry.number());
      if (!entry.isEnded()) found.put(entry.number(), entry.message().text());
    }
    found.forEach((number, text) -> assertEquals(
        promise.submitted.get(number), text, "never a message that was not submitted"));
    for (long number : promise.accepted) {
      assertTrue(number < cursor.number(), "numbers are not given twice");
      if (promise.ended.contains(number)) continue;
      assertNotNull(found.get(number), "accepted message " + number + " is lost");
    }
    LaneNumbering ids = new LaneNumbering(log.epoch(), lane);
    for (long number : promise.expired) {
      if (found.containsKey(number)) continue;
      var known = store.find(ids.idOf(number)).map(StoredMessage::end);
      known.ifPresent(end -> assertNotEquals(
          Outcome.Acknowledged.INSTANCE,
          end,
          "expired message " + number + " became acknowledged"));
    }
    // What comes back goes on as if it had never ended.
    promise.submitted.keySet().removeIf(number -> number >= cursor.number());
    promise.accepted.clear();
    promise.accepted.addAll(found.keySet());
    promise.ended.removeAll(found.keySet());
    promise.expired.removeAll(found.keySet());
    promise.epoch = log.epoch();
    promise.known = !found.isEmpty();
  }

  private void checkInbox() {
    InboxLog inbox = inbox();
    assertTrue(
        inbox.acknowledgedEnd() >= seenAcknowledgeable, "acknowledged numbers are forgotten");
    assertTrue(inbox.acknowledgedEnd() <= askedSettle);
    assertTrue(inbox.handledEnd() <= handled);
    assertTrue(inbox.handledEnd() >= inbox.acknowledgedEnd());
    assertTrue(inbox.redeliveredEnd() >= seenLease, "handed over without a lease");
    List<String> ids = store.handledIds(PEERS[0]);
    idsByNumber.forEach((number, id) -> {
      if (number < inbox.handledEnd()) assertTrue(ids.contains(id), id + " is forgotten");
    });
    for (Refusal refusal : refused) {
      if (refusal.number() >= inbox.handledEnd()) continue;
      assertTrue(inbox.refusals().contains(refusal), refusal + " is forgotten");
    }
    for (Refusal refusal : inbox.refusals()) {
      assertTrue(refused.contains(refusal), "invented " + refusal);
    }
    refused.removeIf(refusal -> refusal.number() >= inbox.handledEnd());
    idsByNumber.keySet().removeIf(number -> number >= inbox.handledEnd());
    handled = inbox.handledEnd();
    askedSettle = Math.min(askedSettle, handled);
    askedSettle = Math.max(askedSettle, inbox.acknowledgedEnd());
    seenAcknowledgeable = inbox.acknowledgedEnd();
    seenLease = inbox.leasedEnd();
  }

  /** How many messages were told to be accepted. */
  int accepted() {
    return promises.values().stream().mapToInt(p -> p.accepted.size()).sum();
  }
}
