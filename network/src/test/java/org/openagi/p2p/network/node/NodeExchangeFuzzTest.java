package org.openagi.p2p.network.node;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class NodeExchangeFuzzTest {
  /** Whatever a peer sends, each role ends with an outcome, a violation or the end of the input. */
  @FuzzTest
  void decode(byte[] input) {
    Bytes own = Bytes.ofUtf8("own record");
    try {
      exchange(input).asListener(own, record -> Judgement.ACCEPTED);
    } catch (IOException | ProtocolViolationException e) {
      // Refused, as most inputs should be.
    }
    try {
      exchange(input).asDialer(own, record -> Judgement.ACCEPTED);
    } catch (IOException | ProtocolViolationException e) {
      // Refused, as most inputs should be.
    }
  }

  private static NodeExchange exchange(byte[] input) {
    return new NodeExchange(new ByteArrayInputStream(input), OutputStream.nullOutputStream());
  }
}
