package org.openagi.p2p.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.sim.SimCrypto;

/** What every store of messages does. */
public abstract class MessageStoreContract {
  private static final PeerId ALICE = SimCrypto.peer(1);
  private static final PeerId BOB = SimCrypto.peer(2);

  private MessageStore store;

  /** A store that holds nothing. */
  protected abstract MessageStore newStore() throws Exception;

  /** Waits until what was appended can be read. */
  protected void awaitReadable(OutboxLog.Cursor<OutboxEntry> cursor) throws Exception {}

  @BeforeEach
  final void open() throws Exception {
    store = newStore();
  }

  @AfterEach
  final void close() {
    store.close();
  }

  private static OutboxEntry entry(String text) {
    return new OutboxEntry(NetworkMessage.text("b", text), n -> "n" + n, 0, null);
  }

  private List<String> unsettled(OutboxLog<OutboxEntry> log, int expected) throws Exception {
    List<String> texts = new java.util.ArrayList<>();
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    for (int i = 0; i < expected; i++) {
      awaitReadable(cursor);
      texts.add(cursor.number() + cursor.peek().message().text());
      cursor.advance();
    }
    assertNull(cursor.peek());
    return texts;
  }

  @Test
  void anOutboxIsOnePerRecipientAndLaneWithItsOwnEpoch() {
    OutboxLog<OutboxEntry> bulk = store.outbox(ALICE, Lane.BULK);
    assertSame(bulk, store.outbox(ALICE, Lane.BULK));
    assertNotEquals(bulk.epoch(), store.outbox(ALICE, Lane.URGENT).epoch());
    assertNotEquals(bulk.epoch(), store.outbox(BOB, Lane.BULK).epoch());
  }

  @Test
  void entriesComeBackInOrderUntilTheyAreSettled() throws Exception {
    OutboxLog<OutboxEntry> log = store.outbox(ALICE, Lane.BULK);
    assertEquals(1, log.firstUnsettled());
    assertEquals(1, log.append(entry("a")));
    assertEquals(2, log.append(entry("b")));
    assertEquals(3, log.append(entry("c")));
    assertEquals(List.of("1a", "2b", "3c"), unsettled(log, 3));
    log.settleUpTo(3);
    assertEquals(3, log.firstUnsettled());
    assertEquals(List.of("3c"), unsettled(log, 1));
    log.settleUpTo(4);
    assertEquals(List.of(), unsettled(log, 0));
    assertEquals(4, log.append(entry("d")));
    assertEquals(List.of("4d"), unsettled(log, 1));
  }

  @Test
  void recipientsWaitUntilEverythingIsSettled() throws Exception {
    OutboxLog<OutboxEntry> toBob = store.outbox(BOB, Lane.BULK);
    OutboxLog<OutboxEntry> toAlice = store.outbox(ALICE, Lane.URGENT);
    assertEquals(List.of(), store.recipientsWaiting());
    toBob.append(entry("x"));
    toAlice.append(entry("y"));
    awaitReadable(toBob.cursor());
    awaitReadable(toAlice.cursor());
    assertEquals(List.of(ALICE, BOB).stream().sorted().toList(), store.recipientsWaiting());
    toBob.settleUpTo(2);
    assertEquals(List.of(ALICE), store.recipientsWaiting());
  }

  @Test
  void handledNumbersAreRememberedPerEpochAndNeverGoBack() {
    assertEquals(0, store.handled(ALICE, Lane.BULK, 5));
    store.markHandled(ALICE, Lane.BULK, 5, 100);
    assertEquals(100, store.handled(ALICE, Lane.BULK, 5));
    store.markHandled(ALICE, Lane.BULK, 5, 99);
    assertEquals(100, store.handled(ALICE, Lane.BULK, 5));
    assertEquals(0, store.handled(ALICE, Lane.BULK, 6));
    assertEquals(0, store.handled(ALICE, Lane.URGENT, 5));
    assertEquals(0, store.handled(BOB, Lane.BULK, 5));
  }
}
