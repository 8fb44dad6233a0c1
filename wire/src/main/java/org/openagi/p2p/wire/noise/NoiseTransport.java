package org.openagi.p2p.wire.noise;

/**
 * The two directions of a finished handshake: seals and opens transport messages, counting nonces.
 *
 * <p>A frame on the wire is a 2-byte big-endian length and a message of that length. Confined to one
 * thread; after an exception the connection must be closed, since the two sides' counters may differ.
 *
 * @see "libp2p specs: noise/README.md, Wire Format"
 */
public final class NoiseTransport {
  /** Bytes of the length in front of every message. */
  public static final int LENGTH_BYTES = 2;

  /** Longest message, as its length has 16 bits. */
  public static final int MAX_MESSAGE_BYTES = 65_535;

  /** What a message is longer than its plaintext. */
  public static final int TAG_BYTES = ChaChaPoly.TAG_BYTES;

  /** Longest plaintext of one message. */
  public static final int MAX_PLAINTEXT_BYTES = MAX_MESSAGE_BYTES - TAG_BYTES;

  private final CipherState outbound;
  private final CipherState inbound;

  NoiseTransport(CipherState outbound, CipherState inbound) {
    this.outbound = outbound;
    this.inbound = inbound;
  }

  /**
   * Refuses a length that no message has, before its bytes are waited for.
   *
   * @throws NoiseException if {@code length} is shorter than a tag
   */
  public static void requireMessageBytes(int length) throws NoiseException {
    if (length < TAG_BYTES) {
      throw new NoiseException(
          NoiseException.Reason.MALFORMED,
          "noise: message of " + length + " bytes, the tag alone has " + TAG_BYTES);
    }
  }

  /**
   * Seals one message. {@code in} and {@code out} may be the same range.
   *
   * @param length 0..{@link #MAX_PLAINTEXT_BYTES}
   * @return bytes written to {@code out}, {@code length + TAG_BYTES}
   * @throws NoiseException if all nonces are used up
   */
  public int seal(ChaChaPoly aead, byte[] in, int inOffset, int length, byte[] out, int outOffset)
      throws NoiseException {
    if (length > MAX_PLAINTEXT_BYTES) {
      throw new IllegalArgumentException(
          "noise plaintext of " + length + " bytes, limit " + MAX_PLAINTEXT_BYTES);
    }
    return outbound.seal(aead, in, inOffset, length, out, outOffset);
  }

  /**
   * Opens one message.
   *
   * @param length bytes of the message including its tag
   * @return bytes written to {@code out}, {@code length - TAG_BYTES}
   * @throws NoiseException if the message is shorter than a tag or not authentic, or all nonces are
   *     used up
   */
  public int open(ChaChaPoly aead, byte[] in, int inOffset, int length, byte[] out, int outOffset)
      throws NoiseException {
    return inbound.open(aead, in, inOffset, length, out, outOffset);
  }
}
