package org.openagi.p2p.protocols.identify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class IdentifyCodecFuzzTest {
  /** Any bytes are a message or a violation; what was read can be written and read again. */
  @FuzzTest
  void decode(byte[] input) throws Exception {
    Bytes bytes = Bytes.copyOf(input);
    IdentifyMessage message;
    try {
      message = IdentifyCodec.decode(bytes);
    } catch (ProtocolViolationException refused) {
      return;
    }
    IdentifyCodec.isComplete(bytes);
    Bytes again = IdentifyCodec.encode(message);
    if (again.length() <= IdentifyCodec.MAX_BYTES) {
      assertEquals(message, IdentifyCodec.decode(again));
    }
    if (message.publicKey().isPresent()) {
      IdentifyCodec.verify(message, message.publicKey().get().toPeerId());
    }
  }
}
