package org.openagi.p2p.network.peers;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;

class PeersFileFuzzTest {
  /** Whatever is understood must be read the same after it was written. */
  @FuzzTest
  void parse(byte[] input) {
    List<RememberedPeer> peers = PeersFile.parse(new String(input, StandardCharsets.UTF_8), 100);
    if (!PeersFile.parse(PeersFile.format(peers), 100).equals(peers))
      throw new AssertionError("not the same after a round trip: " + peers);
  }
}
