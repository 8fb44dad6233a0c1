package org.openagi.p2p.p2pd;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class RequestCodecFuzzTest {
  /** Any bytes are a request or a violation, and what we take Google's implementation takes. */
  @FuzzTest
  void decode(byte[] input) throws Exception {
    Bytes bytes = Bytes.copyOf(input);
    Request request;
    try {
      request = RequestCodec.decode(bytes);
    } catch (ProtocolViolationException refused) {
      return;
    }
    assertNotNull(request.toString());
    if (!(request instanceof Request.Unsupported)) Oracle.read("Request", bytes);
  }
}
