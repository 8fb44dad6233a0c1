package org.openagi.p2p.wire.yamux;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.testkit.VirtualTime;

/** Whatever a peer sends: bounded state, every buffer released, at most one violation. */
class YamuxSessionFuzzTest {
  private static final int MAX_STREAMS = 20;
  private static final int MAX_UNREAD = 300_000;

  /** The first byte chooses the role, whether data is consumed, and where reads are split. */
  @FuzzTest
  void receive(byte[] input) {
    if (input.length == 0) return;
    int mode = input[0];
    YamuxConfig config = YamuxConfig.defaults()
        .withMaxStreams(MAX_STREAMS, MAX_STREAMS, MAX_STREAMS)
        .withReceiveLimits(1 << 20, 1 << 20, MAX_UNREAD, 1 << 20);
    SessionProbe probe = new SessionProbe((mode & 1) != 0, config, new VirtualTime());
    probe.consuming = (mode & 2) != 0;
    for (int i = 0; i < 3; i++) probe.open().announce();
    ByteBuf in = Unpooled.wrappedBuffer(input, 1, input.length - 1);
    int pieceBytes = (mode & 4) != 0 ? 5 : Integer.MAX_VALUE;
    boolean violated = false;
    while (in.isReadable()) {
      ByteBuf piece = in.readRetainedSlice(Math.min(pieceBytes, in.readableBytes()));
      try {
        probe.receive(piece);
      } catch (ProtocolViolationException e) {
        check(!violated, "a second violation");
        violated = true;
      }
      checkBounds(probe);
    }
    check(violated == (probe.session.violation() != null), "violation not told");
    check(probe.counters.violations() == (violated ? 1 : 0), "violation not counted");
    check(in.refCnt() == 1, "a slice was not released");
    probe.session.end();
    check(probe.session.unreadBytes() == 0 && probe.session.growthBytes() == 0, "left over");
  }

  private static void checkBounds(SessionProbe probe) {
    check(probe.session.openStreams() <= 2 * MAX_STREAMS, "streams");
    check(probe.session.unreadBytes() <= MAX_UNREAD, "unread data");
    for (YamuxStream stream : probe.streams.values()) {
      check(stream.receiveWindow() >= 0 && stream.unreadBytes() >= 0, "negative window");
      check(stream.sendWindow() >= 0 && stream.sendWindow() <= 0xffff_ffffL, "send window");
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }

  @FuzzTest
  void header(byte[] input) {
    ByteBuf in = Unpooled.wrappedBuffer(input);
    try {
      YamuxHeader.read(in).ifPresent(header -> {
        ByteBuf out = Unpooled.buffer();
        header.write(out);
        check(out.equals(in.slice(0, YamuxHeader.BYTES)), "header changed: " + header);
      });
    } catch (ProtocolViolationException e) {
      check(in.readerIndex() == 0, "bytes taken in spite of an error");
    }
  }
}
