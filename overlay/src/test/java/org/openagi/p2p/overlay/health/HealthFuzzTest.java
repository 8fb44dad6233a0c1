package org.openagi.p2p.overlay.health;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Duration;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;

class HealthFuzzTest {
  /** A frame is refused, or what was read of it is written the same, but for options that were skipped. */
  @FuzzTest
  void read(byte[] input) {
    if (input.length == 0) return;
    try {
      WireReader in = new WireReader(input, 1, input.length);
      HealthFrame frame = HealthFrame.read(0x10 + (input[0] & 0x0f), in);
      WireWriter out = new WireWriter(16);
      frame.write(out);
      byte[] written = out.toArray();
      byte[] start = new byte[written.length];
      System.arraycopy(input, 1, start, 0, written.length);
      assertArrayEquals(start, written);
    } catch (ProtocolViolationException e) {
      // Refused, as most inputs should be.
    }
  }

  /** Whatever a neighbour sends, at whatever times, the machine refuses or takes it and its bounds hold. */
  @FuzzTest
  void machine(byte[] input) {
    HealthNet net = new HealthNet(1, 3, HealthConfig.of(Duration.ofSeconds(1))).mesh();
    net.run(Duration.ofSeconds(1));
    int at = 0;
    while (at + 2 < input.length) {
      int length = Math.min(input[at + 1] & 0x3f, input.length - at - 2);
      net.run(Duration.ofMillis(input[at] & 0xf0));
      try {
        HealthFrame frame = HealthFrame.read(
            0x10 + (input[at] & 0x07), new WireReader(input, at + 2, at + 2 + length));
        net.node(0).health.onFrame(net.node(1).id, frame, net.now);
      } catch (ProtocolViolationException e) {
        // Refused.
      }
      at += 2 + length;
    }
    net.run(Duration.ofSeconds(3));
  }
}
