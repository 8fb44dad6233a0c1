package org.openagi.p2p.wire.noise;

import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key and the number of messages sealed or opened with it: one direction of a connection.
 *
 * <p>Confined to one thread.
 *
 * @see "Noise Protocol Framework, section 5.1"
 */
final class CipherState {
  /** 2^64-1 is reserved: once the counter is there, nothing may be sealed or opened any more. */
  static final long EXHAUSTED_NONCE = -1L;

  private static final byte[] NO_ASSOCIATED_DATA = {};

  private final SecretKey key;
  private long nonce;

  CipherState(byte[] key) {
    this(key, 0);
  }

  /** A state that has already used {@code nonce} messages, as an unsigned number. */
  CipherState(byte[] key, long nonce) {
    this.key = new SecretKeySpec(key, 0, ChaChaPoly.KEY_BYTES, "ChaCha20");
    this.nonce = nonce;
  }

  int seal(ChaChaPoly aead, byte[] in, int inOffset, int length, byte[] out, int outOffset)
      throws NoiseException {
    return seal(aead, NO_ASSOCIATED_DATA, in, inOffset, length, out, outOffset);
  }

  int seal(
      ChaChaPoly aead,
      byte[] associatedData,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset)
      throws NoiseException {
    requireNonce();
    int written = aead.seal(key, nonce, associatedData, in, inOffset, length, out, outOffset);
    nonce++;
    return written;
  }

  int open(ChaChaPoly aead, byte[] in, int inOffset, int length, byte[] out, int outOffset)
      throws NoiseException {
    return open(aead, NO_ASSOCIATED_DATA, in, inOffset, length, out, outOffset);
  }

  /** Opens one message. The counter advances on success only, as the specification has it. */
  int open(
      ChaChaPoly aead,
      byte[] associatedData,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset)
      throws NoiseException {
    requireNonce();
    NoiseTransport.requireMessageBytes(length);
    try {
      int written = aead.open(key, nonce, associatedData, in, inOffset, length, out, outOffset);
      nonce++;
      return written;
    } catch (AEADBadTagException e) {
      throw new NoiseException(
          NoiseException.Reason.BAD_TAG,
          "noise: message "
              + Long.toUnsignedString(nonce)
              + " of "
              + length
              + " bytes is not authentic",
          e);
    }
  }

  private void requireNonce() throws NoiseException {
    if (nonce == EXHAUSTED_NONCE) {
      throw new NoiseException(
          NoiseException.Reason.NONCES_EXHAUSTED,
          "noise: 2^64-1 messages were exchanged with one key, the connection must end");
    }
  }

  /** Overwrites an array that held a secret. */
  static void wipe(byte[] secret) {
    Arrays.fill(secret, (byte) 0);
  }
}
