package org.openagi.p2p.messaging.bond;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.sim.SinkLink;
import org.openagi.p2p.testkit.VirtualTime;

/** Any frames end in a value or a violation, never in another exception. */
class BondFuzzTest {
  private static final class Nobody implements BondListener {
    Bond of;

    @Override
    public void onData(ByteBuf data) {
      of.consumed(data.readableBytes());
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
    public void onClosed(String why) {}
  }

  @FuzzTest
  void frame(byte[] data) {
    if (data.length == 0) return;
    try {
      BondFrame.decode(data[0] & 0xff, Arrays.copyOfRange(data, 1, data.length));
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  /** Two paths; each frame is its path and type, its length, its body. */
  @FuzzTest
  void bond(byte[] data) {
    Nobody reader = new Nobody();
    Bond bond = new Bond(
        1,
        data.length % 2 == 0,
        reader,
        new BondCounters(),
        new VirtualTime(),
        UnpooledByteBufAllocator.DEFAULT);
    reader.of = bond;
    try {
      BondPath[] paths = new BondPath[2];
      for (int i = 0; i < 2; i++) {
        if (data.length % 2 != 0) {
          paths[i] = bond.addPath(new SinkLink(), new PathMeter(), i);
        } else {
          paths[i] = bond.addPath(new SinkLink(), new PathMeter());
          if (i == 0) bond.onFrame(paths[0], BondFrame.WELCOME, new byte[] {1});
        }
      }
      bond.write(Unpooled.wrappedBuffer(new byte[1000]));
      for (int at = 0; at + 2 <= data.length; ) {
        int head = data[at] & 0xff;
        int length = Math.min(data[at + 1] & 0xff, data.length - at - 2);
        byte[] body = Arrays.copyOfRange(data, at + 2, at + 2 + length);
        at += 2 + length;
        BondPath path = paths[head >> 7];
        bond.onFrame(path, head & 0x7f, body);
        bond.onReadComplete(path);
      }
    } catch (ProtocolViolationException expected) {
      return;
    } finally {
      bond.reset();
    }
  }
}
