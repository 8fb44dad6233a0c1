package org.openagi.p2p.messaging.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.SentMessages;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

/** How a journal uses its disk: the quota, segments that go, what is carried over from them. */
class JournalSpaceTest {
  private static final PeerId BOB = TestPeers.filledKey(2).peerId();
  private static final long QUOTA = 4 << 20;
  private static final int SEGMENT = 64 << 10;
  private static final Outcome EXPIRED = new Outcome.Expired("nobody came");

  private final SimDisk disk = new SimDisk(SeededRandom.of(1));
  private final List<String> compacted = new ArrayList<>();
  private JournalConfig config = new JournalConfig(
      QUOTA,
      SEGMENT,
      JournalConfig.Sync.ALWAYS,
      Duration.ofMinutes(1),
      0,
      DeadLetterLimits.DEFAULT);
  private @Nullable JournalMessageStore open;

  private JournalMessageStore store() throws IOException {
    if (open == null) {
      open = JournalMessageStore.open(
          disk,
          config,
          SeededRandom.of(2),
          new VirtualTime(),
          Runnable::run,
          new JournalListener() {
            @Override
            public void onCompacted(String file, int entries, long bytes) {
              compacted.add(file + " " + entries);
            }
          },
          () -> {});
    }
    return open;
  }

  private JournalMessageStore reopened() throws IOException {
    close();
    open = null;
    return store();
  }

  @AfterEach
  void close() {
    if (open != null) open.close();
  }

  private OutboxLog<OutboxEntry> log() throws IOException {
    return store().outbox(BOB, Lane.BULK);
  }

  private static NetworkMessage message(@Nullable String id, int bytes) {
    NetworkMessage.Builder message =
        NetworkMessage.builder().recipientId(BOB.toString()).payload(Bytes.wrap(new byte[bytes]));
    return (id == null ? message : message.messageId(id)).build();
  }

  private OutboxEntry append(@Nullable String id, int bytes) throws IOException {
    OutboxEntry entry = submit(Lane.BULK, id, bytes);
    store().work();
    return entry;
  }

  private OutboxEntry submit(Lane lane, @Nullable String id, int bytes) throws IOException {
    OutboxLog<OutboxEntry> log = store().outbox(BOB, lane);
    OutboxEntry entry =
        new OutboxEntry(message(id, bytes), new LaneNumbering(log.epoch(), lane), 0, null);
    assertNull(store().reserve(entry.message()));
    log.append(entry);
    return entry;
  }

  private void end(OutboxEntry entry, Outcome outcome) throws IOException {
    entry.ended(outcome);
    boolean isRecorded = !outcome.isAcknowledged() || entry.message().givenId() != null;
    if (isRecorded) log().recordEnd(entry, outcome);
  }

  private void settleUpTo(long end) throws IOException {
    log().settleUpTo(end);
    store().work();
  }

  /** Fills some segments with messages that are settled at once. */
  private void pass(int segments) throws IOException {
    for (int i = 0; i < segments * 8; i++) {
      OutboxEntry entry = append(null, SEGMENT / 8);
      end(entry, Outcome.Acknowledged.INSTANCE);
      settleUpTo(entry.number() + 1);
    }
  }

  private List<String> segments() {
    return disk.list().stream().filter(name -> Segment.idOf(name) > 0).toList();
  }

  @Test
  void aFullQuotaIsRefusedByNameAndUsageUntilThereIsRoomAgain() throws IOException {
    OutboxEntry last = null;
    NetworkMessage message = message(null, 100_000);
    Outcome.Refused full = store().reserve(message);
    for (; full == null; full = store().reserve(message)) {
      last = new OutboxEntry(message, new LaneNumbering(log().epoch(), Lane.BULK), 0, null);
      log().append(last);
      store().work();
    }
    assertEquals(RefusalReason.QUEUE_FULL, full.reason());
    long limit = QUOTA - 3L * SEGMENT;
    assertTrue(full.detail().startsWith("journal holds "), full.detail());
    assertTrue(full.detail().contains(" of " + limit + " bytes"), full.detail());
    assertTrue(full.detail().endsWith("(queue_quota " + QUOTA + ")"), full.detail());
    long held = Long.parseLong(full.detail().split(" ")[2]);
    assertTrue(held <= limit && held > limit - 300_000, full.detail());
    long onDisk = 0;
    for (String name : disk.list()) onDisk += disk.bytesOf(name).length;
    assertTrue(onDisk <= QUOTA, onDisk + " bytes on disk");
    assertEquals(RefusalReason.QUEUE_FULL, store().reserve(message).reason(), "still");
    assertNotNull(last);
    long end = last.number() + 1;
    settleUpTo(end);
    assertNull(store().reserve(message), "room again");
  }

  @Test
  void aStragglerIsMovedSoThatItsSegmentCanGo() throws IOException {
    submit(Lane.URGENT, "straggler", 10);
    submit(Lane.URGENT, null, 10);
    pass(12);
    assertFalse(compacted.isEmpty());
    assertTrue(compacted.getFirst().endsWith(" 2"), compacted.toString());
    assertFalse(segments().contains(Segment.nameOf(1)));
    assertTrue(segments().size() <= 6, segments().toString());
    StoredMessage found = reopened().find("straggler").orElseThrow();
    assertEquals(1, found.number());
    assertNull(found.end());
    List<Long> waiting = new ArrayList<>();
    store().forEachWaiting(each -> waiting.add(each.number()));
    assertEquals(List.of(1L, 2L), waiting);
  }

  @Test
  void aDeadLetterOutlivesItsSegmentWithItsMessage() throws IOException {
    OutboxEntry dead = append("dead", 777);
    end(dead, EXPIRED);
    settleUpTo(2);
    pass(3);
    assertFalse(segments().contains(Segment.nameOf(1)));
    for (int restarts = 0; restarts < 3; restarts++) {
      StoredMessage letter = reopened().find("dead").orElseThrow();
      assertEquals(EXPIRED, letter.end());
      OutboxEntry entry = letter.entry();
      assertNotNull(entry, "its message is there, restart " + restarts);
      assertEquals(777, entry.message().payload().length());
      pass(3);
    }
    assertTrue(store().dropDeadLetter("dead"));
    pass(3);
    assertEquals(List.of(), reopened().deadLetters());
  }

  /** Goal: ends of one kind do not push out those of the other. */
  @Test
  void manyAcknowledgementsLeaveDeadLettersAlone() throws IOException {
    config = JournalConfig.of(64 << 20, JournalConfig.Sync.ALWAYS, Duration.ofMinutes(1), 0);
    for (int i = 0; segments().size() < 3 && i < 100; i++) {
      append(null, 64 << 10);
    }
    OutboxEntry dead = append("dead", 1);
    end(dead, EXPIRED);
    int batch = 700;
    for (int done = 0;
        done < SentMessages.MAX_ACKNOWLEDGED_IDS + DeadLetterLimits.DEFAULT.letters() + batch;
        done += batch) {
      List<OutboxEntry> entries = new ArrayList<>();
      for (int i = 0; i < batch; i++) entries.add(submit(Lane.BULK, "done" + (done + i), 1));
      store().work();
      for (OutboxEntry entry : entries) end(entry, Outcome.Acknowledged.INSTANCE);
      store().work();
    }
    assertEquals(3, segments().size(), "all since the last snapshot");
    assertEquals(EXPIRED, reopened().find("dead").orElseThrow().end());
    assertEquals(1, store().stats().deadLetters());
    assertEquals(0, store().stats().deadLettersDropped());
  }
}
