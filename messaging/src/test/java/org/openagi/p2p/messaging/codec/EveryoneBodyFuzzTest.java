package org.openagi.p2p.messaging.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class EveryoneBodyFuzzTest {
  /** What is understood is the same after it was written and read again. */
  @FuzzTest
  void decode(byte[] input) throws ProtocolViolationException {
    EveryoneBody body;
    try {
      body = EveryoneBody.decode(Bytes.copyOf(input));
    } catch (ProtocolViolationException refused) {
      return;
    }
    assertEquals(body, EveryoneBody.decode(body.encode()));
  }
}
