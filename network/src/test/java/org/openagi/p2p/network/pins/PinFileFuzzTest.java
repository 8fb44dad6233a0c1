package org.openagi.p2p.network.pins;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;

class PinFileFuzzTest {
  /** Whatever is accepted must be read the same after it was written. */
  @FuzzTest
  void parse(byte[] input) throws PinFile.MalformedException {
    List<Pin> pins;
    try {
      pins = PinFile.parse(new String(input, StandardCharsets.UTF_8), 100);
    } catch (PinFile.MalformedException e) {
      return; // refused with a line number, as it should be
    }
    if (!PinFile.parse(PinFile.format(pins), 100).equals(pins))
      throw new AssertionError("not the same after a round trip: " + pins);
  }
}
