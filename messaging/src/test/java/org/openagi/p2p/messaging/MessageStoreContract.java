package org.openagi.p2p.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.inbox.InboxLog;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.testkit.TestPeers;

/** What every store of messages does. */
public abstract class MessageStoreContract {
  private static final PeerId ALICE = TestPeers.filledKey(1).peerId();
  private static final PeerId BOB = TestPeers.filledKey(2).peerId();

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
  final void close() throws Exception {
    closeStore(store);
  }

  /** Gives a store back. */
  protected void closeStore(MessageStore made) throws Exception {
    made.close();
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

  /** Waits until what was asked of an inbox is safe. */
  protected void awaitSettled(InboxLog log, long end) throws Exception {}

  @Test
  void settledNumbersAreRememberedPerEpochAndNeverGoBack() throws Exception {
    assertEquals(1, store.inbox(ALICE, Lane.BULK, 5).acknowledgedEnd());
    settle(store.inbox(ALICE, Lane.BULK, 5), 101);
    assertEquals(101, store.inbox(ALICE, Lane.BULK, 5).acknowledgedEnd());
    settle(store.inbox(ALICE, Lane.BULK, 5), 100);
    assertEquals(101, store.inbox(ALICE, Lane.BULK, 5).acknowledgedEnd());
    assertEquals(101, store.inbox(ALICE, Lane.BULK, 5).handledEnd());
    assertEquals(1, store.inbox(ALICE, Lane.BULK, 6).acknowledgedEnd());
    assertEquals(1, store.inbox(ALICE, Lane.URGENT, 5).acknowledgedEnd());
    assertEquals(1, store.inbox(BOB, Lane.BULK, 5).acknowledgedEnd());
  }

  private void settle(InboxLog log, long end) throws Exception {
    log.onHandled(end);
    log.settle(end);
    awaitSettled(log, end);
    assertTrue(log.acknowledgeableEnd() >= end);
  }

  @Test
  void aMessageIsFoundByItsIdWhileItWaitsAndAfterItsEnd() throws Exception {
    OutboxLog<OutboxEntry> log = store.outbox(ALICE, Lane.BULK);
    LaneNumbering ids = new LaneNumbering(log.epoch(), Lane.BULK);
    OutboxEntry named = new OutboxEntry(
        NetworkMessage.builder().messageId("mine").recipientId("a").payload("x").build(),
        ids,
        0,
        null);
    OutboxEntry numbered = new OutboxEntry(NetworkMessage.text("a", "y"), ids, 0, null);
    assertNull(store.reserve(named.message()));
    log.append(named);
    assertNull(store.reserve(numbered.message()));
    log.append(numbered);
    unsettled(log, 2);
    assertSame(named, store.find("mine").orElseThrow().entry());
    assertSame(numbered, store.find(ids.idOf(2)).orElseThrow().entry());
    assertEquals(Optional.empty(), store.find(ids.idOf(3)));
    List<String> waiting = new ArrayList<>();
    store.forEachWaiting(message -> waiting.add(message.messageId()));
    assertEquals(List.of("mine", ids.idOf(2)), waiting);

    Outcome expired = new Outcome.Expired("nobody came");
    log.recordEnd(named, named.ended(expired).end());
    log.settleUpTo(3);
    StoredMessage dead = store.find("mine").orElseThrow();
    assertEquals(expired, dead.end());
    assertEquals("x", dead.entry().message().text());
    assertEquals(
        List.of("mine"),
        store.deadLetters().stream().map(StoredMessage::messageId).toList());
    assertEquals(
        Outcome.Acknowledged.INSTANCE, store.find(ids.idOf(2)).orElseThrow().end());
    assertEquals(1, store.stats().deadLetters());
    assertEquals(1, store.stats().deadLetterBytes());
    assertNull(store.failure());
    assertTrue(store.dropDeadLetter("mine"));
    assertEquals(0, store.stats().deadLetters());
    assertFalse(store.dropDeadLetter("mine"));
    assertEquals(Optional.empty(), store.find("mine"));
  }

  @Test
  void theUserLearnsThatAMessageWasAccepted() throws Exception {
    OutboxLog<OutboxEntry> log = store.outbox(ALICE, Lane.BULK);
    OutboxEntry entry = entry("a");
    assertNull(store.reserve(entry.message()));
    log.append(entry);
    awaitReadable(log.cursor());
    entry.accepted().get(10, TimeUnit.SECONDS);
  }
}
