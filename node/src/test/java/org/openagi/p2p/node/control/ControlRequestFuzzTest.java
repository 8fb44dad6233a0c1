package org.openagi.p2p.node.control;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Any line is a request or is refused, never anything else. */
class ControlRequestFuzzTest {
  @FuzzTest
  void requests(byte[] data) {
    try {
      ControlRequest request = ControlRequest.parse(new String(data, StandardCharsets.UTF_8));
      request.text("id");
    } catch (ControlException expected) {
      return;
    }
  }
}
