package org.openagi.p2p.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;

/** Keys and ids of peers for tests, the same for the same number. */
public final class TestPeers {
  private TestPeers() {}

  /** Returns an Ed25519 key of its own for each number. */
  public static HostKey key(int number) {
    byte[] seed = ByteBuffer.allocate(HostKey.SEED_BYTES).putInt(number).array();
    return HostKey.fromSeed(Bytes.wrap(seed));
  }

  /** Returns the id of {@link #key}. */
  public static PeerId peer(int number) {
    return key(number).peerId();
  }

  /** Returns the Ed25519 key whose seed is 32 times the lowest octet of a number: such keys are in the examples of documents. */
  public static HostKey filledKey(int octet) {
    byte[] seed = new byte[HostKey.SEED_BYTES];
    Arrays.fill(seed, (byte) octet);
    return HostKey.fromSeed(Bytes.wrap(seed));
  }

  /** Returns the id of an Ed25519 key that nobody has; quick to make. */
  public static PeerId keyless(int number) {
    byte[] id = new byte[38];
    Bytes.fromHex("002408011220").copyTo(0, id, 0, 6);
    byte[] key = SeededRandom.bytes(SeededRandom.of(number), 32);
    System.arraycopy(key, 0, id, 6, 32);
    return peerId(id);
  }

  /** Returns an id that is the digest of a key that nobody has (as of RSA), in the order of the numbers from 0 to 65,535. */
  public static PeerId hashed(int number) {
    byte[] id = new byte[34];
    id[0] = 0x12;
    id[1] = 32;
    id[32] = (byte) (number >>> 8);
    id[33] = (byte) number;
    return peerId(id);
  }

  private static PeerId peerId(byte[] encoded) {
    try {
      return PeerId.fromBytes(Bytes.wrap(encoded));
    } catch (ProtocolViolationException e) {
      throw new IllegalStateException(e);
    }
  }
}
