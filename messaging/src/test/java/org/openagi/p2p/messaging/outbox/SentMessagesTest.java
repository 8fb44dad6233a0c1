package org.openagi.p2p.messaging.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.StoreStats;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.testkit.TestPeers;

class SentMessagesTest {
  private static final PeerId RECIPIENT = TestPeers.filledKey(2).peerId();
  private static final Outcome EXPIRED = new Outcome.Expired("nobody came");

  private final SegmentedLog<OutboxEntry> log = new SegmentedLog<>(1);
  private final LaneNumbering numbering = new LaneNumbering(1, Lane.BULK);
  private final SentMessages sent = new SentMessages(DeadLetterLimits.DEFAULT);
  private final SentMessages.Outbox outbox = new SentMessages.Outbox(RECIPIENT, Lane.BULK, log);

  private OutboxEntry append(boolean named, long number) {
    NetworkMessage.Builder message =
        NetworkMessage.builder().recipientId(RECIPIENT.toString()).payload("x");
    if (named) message.messageId("id-" + number);
    OutboxEntry entry = new OutboxEntry(message.build(), numbering, 0, null);
    log.append(entry);
    if (named) sent.onAppended(outbox, entry);
    return entry;
  }

  /** Goal: who asks while a message expires is told so, and neither that it was acknowledged nor that there is none. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anEndIsNeverMistakenWhileItIsRecorded(boolean named) throws InterruptedException {
    sent.add(outbox);
    for (long number = 1; number <= DeadLetterLimits.DEFAULT.letters() / 2; number++) {
      OutboxEntry entry = append(named, number);
      String id = entry.messageId();
      long last = number;
      Thread lane = Thread.ofPlatform().start(() -> {
        entry.settle(EXPIRED, 5);
        sent.onEnded(outbox, id, last, entry, EXPIRED, 5);
        log.settleUpTo(last + 1);
      });
      while (true) {
        Optional<StoredMessage> found = sent.find(id);
        assertTrue(found.isPresent(), () -> id + " is not known");
        Outcome end = found.get().end();
        if (end == null) continue;
        assertTrue(end.equals(EXPIRED), () -> id + " is " + end);
        if (!lane.isAlive()) break;
      }
      lane.join();
    }
  }

  private String expire(SentMessages into, long number, int payload) {
    NetworkMessage message = NetworkMessage.builder()
        .recipientId(RECIPIENT.toString())
        .messageId("dead-" + number)
        .payload("x".repeat(payload))
        .build();
    OutboxEntry entry = new OutboxEntry(message, numbering, 0, null);
    into.onEnded(outbox, entry.messageId(), number, entry, EXPIRED, number);
    return entry.messageId();
  }

  private static List<String> letters(SentMessages of) {
    return of.deadLetters().stream().map(StoredMessage::messageId).toList();
  }

  @Test
  void beyondTheLimitTheOldestDeadLetterGoesIsCountedAndTold() {
    SentMessages few = new SentMessages(new DeadLetterLimits(3, 1000));
    List<String> told = new ArrayList<>();
    few.onDeadLetterDropped(letter -> told.add(letter.messageId()));
    for (long number = 1; number <= 3; number++) expire(few, number, 10);
    assertEquals(List.of(), told);
    assertEquals(new StoreStats(3, 30, 0, 7, 8), few.stats(7, 8));
    expire(few, 4, 10);
    assertEquals(List.of("dead-1"), told);
    expire(few, 5, 985); // with two of 10 bytes there are 5 too many
    assertEquals(List.of("dead-1", "dead-2", "dead-3"), told);
    assertEquals(List.of("dead-4", "dead-5"), letters(few));
    expire(few, 6, 5000);
    assertEquals(List.of("dead-6"), letters(few), "the newest is kept whatever its size");
    assertEquals(new StoreStats(1, 5000, 5, 0, 0), few.stats(0, 0));
    assertTrue(few.dropDeadLetter("dead-6").isPresent());
    assertEquals(new StoreStats(0, 0, 5, 0, 0), few.stats(0, 0), "taken away by its user");
  }

  @Test
  void limitsLeaveMostOfASmallQuotaToWhatWaits() {
    DeadLetterLimits large = new DeadLetterLimits(DeadLetterLimits.MAX_LETTERS, 64 << 20);
    assertEquals(new DeadLetterLimits(1024, 1 << 20), large.within(4 << 20));
    assertEquals(large, large.within(1 << 30));
    for (int[] wrong : new int[][] {{0, 5}, {DeadLetterLimits.MAX_LETTERS + 1, 5}, {1, -1}}) {
      assertThrows(IllegalArgumentException.class, () -> new DeadLetterLimits(wrong[0], wrong[1]));
    }
  }
}
