package org.openagi.p2p.messaging.bond;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.sim.SinkLink;
import org.openagi.p2p.testkit.VirtualTime;

/** What a peer may not do, and what happens at each bound. */
class HostileBondTest {
  private final BondCounters counters = new BondCounters();
  private final SinkLink link = new SinkLink();
  private long read;
  private String closed = "";
  private final Bond bond = new Bond(
      7,
      false,
      new BondListener() {
        @Override
        public void onData(ByteBuf data) {
          read += data.readableBytes();
          data.release();
        }

        @Override
        public void onReadComplete() {}

        @Override
        public void onWritable() {}

        @Override
        public void onRemoteClosed() {}

        @Override
        public void onWelcome() {}

        @Override
        public void onClosed(String why) {
          closed = why;
        }
      },
      counters,
      new VirtualTime(),
      UnpooledByteBufAllocator.DEFAULT);
  private final BondPath path = add(0);

  private BondPath add(long number) {
    try {
      return bond.addPath(link, new PathMeter(), number);
    } catch (ProtocolViolationException e) {
      throw new AssertionError(e);
    }
  }

  private void segment(long offset, int length) throws ProtocolViolationException {
    bond.onFrame(
        path,
        BondFrame.DATA,
        new WireWriter(16).varint(offset).bytes(new byte[length]).toArray());
  }

  private void number(int type, long... values) throws ProtocolViolationException {
    WireWriter out = new WireWriter(32);
    for (long value : values) out.varint(value);
    bond.onFrame(path, type, out.toArray());
  }

  private interface Step {
    void run() throws ProtocolViolationException;
  }

  private void assertViolation(String message, Step step) {
    var e = assertThrows(ProtocolViolationException.class, step::run);
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    assertTrue(bond.isOver());
    assertTrue(link.isReset());
    assertEquals(e.getMessage(), closed);
  }

  @Test
  void whatIsBeyondTheLimitIsAViolation() throws ProtocolViolationException {
    segment(BondLimits.INITIAL_WINDOW_BYTES - 1, 1);
    assertViolation(
        "segment 1048575 to 1048577, allowed up to 1048576",
        () -> segment(BondLimits.INITIAL_WINDOW_BYTES - 1, 2));
    assertEquals(0, bond.incoming().heldBytes());
  }

  @Test
  void noMoreSegmentsAreHeldThanAllowed() throws ProtocolViolationException {
    for (int i = 1; i <= BondLimits.MAX_SEGMENTS; i++) segment(2L * i, 1);
    assertEquals(BondLimits.MAX_SEGMENTS, bond.incoming().heldSegments());
    assertViolation("4096 segments wait for 0", () -> segment(1_000_000, 1));
  }

  @Test
  void aSegmentThatCutsAnotherIsAViolation() throws ProtocolViolationException {
    segment(100, 100);
    segment(100, 100);
    segment(0, 50);
    assertEquals(1, counters.snapshot().duplicates());
    assertEquals(50, read);
    assertViolation("cuts another one", () -> segment(150, 100));
  }

  @Test
  void aSegmentThatCutsWhatWasHandedOnIsAViolation() throws ProtocolViolationException {
    segment(0, 50);
    segment(0, 50);
    assertEquals(1, counters.snapshot().duplicates());
    assertViolation("cuts another one", () -> segment(40, 20));
  }

  @Test
  void segmentsHaveBytesAndNotTooMany() {
    assertViolation("segment of 0 bytes", () -> segment(0, 0));
  }

  @Test
  void segmentsAreNotTooLarge() throws ProtocolViolationException {
    segment(0, BondLimits.MAX_SEGMENT_BYTES);
    assertViolation(
        "segment of 262145 bytes",
        () -> segment(BondLimits.MAX_SEGMENT_BYTES, BondLimits.MAX_SEGMENT_BYTES + 1));
  }

  @Test
  void thereIsOneEnd() throws ProtocolViolationException {
    number(BondFrame.END, 100);
    number(BondFrame.END, 100);
    segment(50, 50);
    assertViolation("allowed up to 100", () -> segment(100, 1));
  }

  @Test
  void anEndBeforeWhatIsThereIsAViolation() throws ProtocolViolationException {
    segment(50, 50);
    assertViolation("end at 99, 100 expected", () -> number(BondFrame.END, 99));
  }

  @Test
  void onlyWhatWasSentIsAcknowledged() throws ProtocolViolationException {
    bond.write(Unpooled.wrappedBuffer(new byte[100]));
    number(BondFrame.ACK, 1, 1 << 20);
    assertViolation("acknowledges frame 2", () -> number(BondFrame.ACK, 2, 1 << 20));
  }

  @Test
  void nobodyGreetsTwice() {
    byte[] greeting = new WireWriter(16).u8(1).u64(7).varint(0).toArray();
    assertViolation("second greeting", () -> bond.onFrame(path, BondFrame.JOIN, greeting));
  }

  @Test
  void whoOpenedDoesNotWelcome() {
    assertViolation("welcome", () -> bond.onFrame(path, BondFrame.WELCOME, new byte[] {1}));
  }

  @Test
  void unknownFramesAreSkippedIfTheyMayBe() throws ProtocolViolationException {
    bond.onFrame(path, 0x85, new byte[] {1, 2, 3});
    assertFalse(bond.isOver());
    assertViolation("frame of type 7", () -> bond.onFrame(path, 7, new byte[0]));
  }

  @Test
  void pathsAreBounded() {
    for (int i = 1; i < BondLimits.MAX_PATHS; i++) add(i);
    assertThrows(
        ProtocolViolationException.class, () -> bond.addPath(new SinkLink(), new PathMeter(), 100));
    assertEquals(BondLimits.MAX_PATHS, bond.paths());
    assertFalse(bond.isOver());
  }

  @Test
  void aNumberIsUsedOnce() {
    assertThrows(
        ProtocolViolationException.class, () -> bond.addPath(new SinkLink(), new PathMeter(), 0));
  }

  @Test
  void aWriterWhoNeverStopsLosesTheBond() {
    for (int i = 0; i < 1000 && !bond.isOver(); i++) {
      bond.write(Unpooled.wrappedBuffer(new byte[100_000]));
    }
    assertTrue(bond.isOver());
    assertTrue(closed.contains(Outgoing.MAX_WAITING_BYTES + " bytes"), closed);
  }
}
