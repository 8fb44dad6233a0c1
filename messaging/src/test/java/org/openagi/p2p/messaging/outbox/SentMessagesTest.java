package org.openagi.p2p.messaging.outbox;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.sim.SimCrypto;

class SentMessagesTest {
  private static final PeerId RECIPIENT = SimCrypto.peer(2);
  private static final Outcome EXPIRED = new Outcome.Expired("nobody came");

  private final SegmentedLog<OutboxEntry> log = new SegmentedLog<>(1);
  private final LaneNumbering numbering = new LaneNumbering(1, Lane.BULK);
  private final SentMessages sent = new SentMessages();
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
    for (long number = 1; number <= MessageStore.MAX_DEAD_LETTERS / 2; number++) {
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
}
