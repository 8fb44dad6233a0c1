package org.openagi.p2p.network;

import java.nio.ByteBuffer;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;

/** Keys for tests, the same for the same number. */
public final class TestPeers {
  private TestPeers() {}

  public static HostKey key(int number) {
    return HostKey.fromSeed(Bytes.wrap(ByteBuffer.allocate(32).putInt(number).array()));
  }

  public static PeerId peer(int number) {
    return key(number).peerId();
  }
}
