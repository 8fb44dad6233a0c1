package org.openagi.p2p.messaging.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.codec.Refusal;
import org.openagi.p2p.messaging.inbox.InboxLog;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

/** Method: a process is killed by opening the next one on the same disk, without the first being closed. */
class HandledBoardTest {
  private static final long BOOT = 77;
  private static final long EPOCH = 0xc0ffee;
  private static final PeerId SENDER = TestPeers.filledKey(3).peerId();

  private final SimDisk disk = new SimDisk(SeededRandom.of(1));
  private JournalMessageStore store;

  private InboxLog openInbox(long bootId) throws IOException {
    store = JournalMessageStore.open(
        disk,
        JournalConfig.of(8 << 20, JournalConfig.Sync.ALWAYS, Duration.ofMinutes(1), bootId),
        SeededRandom.of(2),
        new VirtualTime(),
        Runnable::run,
        new JournalListener() {},
        () -> {});
    return store.inbox(SENDER, Lane.BULK, EPOCH);
  }

  private InboxLog openLeased() throws IOException {
    InboxLog inbox = openInbox(BOOT);
    inbox.lease(100);
    store.work();
    return inbox;
  }

  @Test
  void whatWasHandledWhileTheDiskWasBusyIsKnownAfterAKill() throws IOException {
    InboxLog inbox = openLeased();
    inbox.onHandled(43);
    InboxLog next = openInbox(BOOT);
    assertEquals(43, next.handledEnd());
    assertEquals(100, next.redeliveredEnd());
    // And for good: what the board said is in the journal now.
    assertEquals(43, openInbox(BOOT + 1).handledEnd());
  }

  @Test
  void afterALossOfPowerTheBoardSaysNothing() throws IOException {
    InboxLog inbox = openLeased();
    inbox.onHandled(43);
    assertEquals(1, openInbox(BOOT + 1).handledEnd());
    inbox = openInbox(0);
    inbox.onHandled(44);
    assertEquals(1, openInbox(0).handledEnd(), "who does not know the boot trusts no board");
  }

  @Test
  void nothingBeyondALeaseIsBelieved() throws IOException {
    InboxLog inbox = openLeased();
    inbox.onHandled(5000);
    assertEquals(100, openInbox(BOOT).handledEnd());
  }

  @Test
  void aNumberWaitsForTheRefusalsBelowIt() throws IOException {
    InboxLog inbox = openLeased();
    inbox.onHandled(7);
    inbox.onRefused(new Refusal(7, RefusalReason.EXPIRED, "late"));
    inbox.onHandled(8);
    inbox.onHandled(20);
    InboxLog next = openInbox(BOOT);
    assertEquals(7, next.handledEnd(), "else the refusal would be taken for an acknowledgement");
    next.onRefused(new Refusal(7, RefusalReason.EXPIRED, "late"));
    next.onHandled(20);
    store.work();
    next.onHandled(21);
    InboxLog last = openInbox(BOOT);
    assertEquals(21, last.handledEnd());
    assertEquals(7, last.refusals().getFirst().number());
  }

  @Test
  void usersIdsAreKnownAfterAKill() throws IOException {
    InboxLog inbox = openLeased();
    store.markHandled(SENDER, "first");
    inbox.onHandled(2);
    store.markHandled(SENDER, "second");
    inbox = openInbox(BOOT);
    assertEquals(List.of("first", "second"), store.handledIds(SENDER));
    assertEquals(2, inbox.handledEnd());
    openInbox(BOOT + 1);
    assertEquals(List.of("first", "second"), store.handledIds(SENDER));
  }

  @Test
  void moreIdsThanTheRingHoldsKeepNumbersBackUntilTheyAreWritten() throws IOException {
    InboxLog inbox = openLeased();
    for (int i = 0; i < HandledBoard.IDS; i++) store.markHandled(SENDER, "id-" + i);
    inbox.onHandled(10);
    store.markHandled(SENDER, "one too many");
    inbox.onHandled(11);
    assertEquals(10, openInbox(BOOT).handledEnd());

    inbox = openInbox(BOOT);
    for (int i = 0; i <= HandledBoard.IDS; i++) store.markHandled(SENDER, "more-" + i);
    store.work();
    inbox.onHandled(12);
    assertEquals(12, openInbox(BOOT).handledEnd());
    assertTrue(store.handledIds(SENDER).contains("more-" + HandledBoard.IDS));
  }

  @Test
  void anIdThatDoesNotFitKeepsNumbersBackUntilItIsWritten() throws IOException {
    InboxLog inbox = openLeased();
    store.markHandled(SENDER, "x".repeat(128));
    inbox.onHandled(2);
    assertEquals(1, openInbox(BOOT).handledEnd());
  }

  @Test
  void aSlotBelongsToWhoClaimedItLast() {
    HandledBoard board = new HandledBoard(ByteBuffer.allocate(HandledBoard.BYTES));
    board.reset(BOOT);
    var first = new JournalInbox.Place(5, SENDER, Lane.BULK, 1);
    var second = new JournalInbox.Place(5 + HandledBoard.SLOTS, SENDER, Lane.BULK, 2);
    board.claim(first, 1);
    board.enter(first, 9);
    assertEquals(9, board.end(first));
    board.claim(second, 3);
    board.enter(first, 10);
    assertEquals(0, board.end(first));
    assertEquals(3, board.end(second));
  }

  @Test
  void memoryFullOfAnythingIsReadWithoutHarm() {
    ByteBuffer memory = ByteBuffer.allocate(HandledBoard.BYTES);
    var random = SeededRandom.of(9);
    byte[] noise = new byte[HandledBoard.BYTES];
    random.nextBytes(noise);
    memory.put(0, noise);
    HandledBoard board = new HandledBoard(memory);
    assertFalse(board.isOf(BOOT));
    IntStream.range(1, 2000)
        .forEach(id -> board.end(new JournalInbox.Place(id, SENDER, Lane.BULK, id)));
    assertEquals(List.of(), board.ids());
  }
}
