package org.openagi.p2p.overlay.linkstate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** {@link LinkStateFrame} and the {@link LinkAdvert} in it, from hostile bytes. */
class LinkStateFrameFuzzTest {
  /** What is understood is the same after it was written and read again. */
  @FuzzTest
  void read(byte[] input) throws ProtocolViolationException {
    if (input.length == 0) return;
    LinkStateFrame frame;
    try {
      frame = LinkStateFrame.decode(input[0] & 0xff, new WireReader(input, 1, input.length));
    } catch (ProtocolViolationException refused) {
      return;
    }
    WireWriter out = new WireWriter(64);
    frame.write(out);
    byte[] body = out.toArray();
    assertEquals(frame, LinkStateFrame.decode(frame.type(), new WireReader(body, 0, body.length)));
  }
}
