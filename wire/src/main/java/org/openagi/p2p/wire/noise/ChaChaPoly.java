package org.openagi.p2p.wire.noise;

import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * ChaCha20-Poly1305 as Noise uses it: a 96-bit nonce of 32 zero bits and a 64-bit little-endian
 * counter, a 16-byte tag behind the ciphertext.
 *
 * <p>An engine keeps no key between calls, so one per thread serves all connections of that thread
 * and an idle connection holds no cipher. Confined to one thread.
 *
 * <p>Works on byte arrays: measured on JDK 25 (2 cores, AVX2), the JDK cipher does 2.7 GB/s at 64 KiB
 * on arrays and 1.8 GB/s on direct buffers, which it copies in small steps. Each call re-keys the
 * cipher, which costs the JDK one about 0.95 µs and Conscrypt's 0.45 µs, while Conscrypt is slower
 * per byte (1.9 GB/s). Therefore messages below {@link #SMALL_BYTES} take the second one, if a
 * provider has it.
 *
 * @see "Noise Protocol Framework, section 12.3; RFC 8439, section 2.8"
 */
public final class ChaChaPoly {
  /** Length of the authentication tag. */
  public static final int TAG_BYTES = 16;

  /** Length of a key. */
  public static final int KEY_BYTES = 32;

  /** Plaintexts up to this size go to the provider with the cheaper set-up: the two cross at 2 KiB. */
  static final int SMALL_BYTES = 2048;

  /**
   * Lone messages, tag included, travel to native code in a smaller pair of arrays, since it copies
   * them whole three times.
   */
  private static final int TINY_BYTES = 256;

  private static final String JDK_TRANSFORMATION = "ChaCha20-Poly1305";
  private static final String CONSCRYPT_TRANSFORMATION = "ChaCha20/Poly1305/NoPadding";

  private final Cipher large;
  private final Cipher small;
  private final byte[] nonceBytes = new byte[12];

  /**
   * Native code gets copies of these arrays and writes the whole copy back: it must never be given
   * the array of a pool, parts of which other threads are writing meanwhile.
   */
  private final byte[] smallIn = new byte[SMALL_BYTES + TAG_BYTES];

  private final byte[] smallOut = new byte[SMALL_BYTES + TAG_BYTES];
  private final byte[] tinyIn = new byte[TINY_BYTES];
  private final byte[] tinyOut = new byte[TINY_BYTES];

  /**
   * @param lowSetupCost a provider with the Conscrypt name of this cipher, for small messages; null or
   *     one without that cipher to use the JDK's for all
   */
  public ChaChaPoly(@Nullable Provider lowSetupCost) {
    try {
      large = Cipher.getInstance(JDK_TRANSFORMATION);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + JDK_TRANSFORMATION, e);
    }
    small = smallCipher(lowSetupCost, large);
  }

  private static Cipher smallCipher(@Nullable Provider provider, Cipher fallback) {
    if (provider == null) return fallback;
    try {
      return Cipher.getInstance(CONSCRYPT_TRANSFORMATION, provider);
    } catch (GeneralSecurityException e) {
      return fallback; // a provider without this cipher is a normal case, see the constructor
    }
  }

  /**
   * Encrypts {@code in[inOffset, inOffset + length)} to {@code out} at {@code outOffset}, followed by
   * the tag. The two ranges may be the same or apart, but must not overlap partly.
   *
   * @return bytes written, {@code length + TAG_BYTES}
   */
  public int seal(
      SecretKey key,
      long nonce,
      byte[] associatedData,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset) {
    return seal(key, parameters(nonce), associatedData, in, inOffset, length, out, outOffset);
  }

  /** Encrypts under a nonce of any form; Noise needs the other one. */
  int seal(
      SecretKey key,
      IvParameterSpec nonce,
      byte[] associatedData,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset) {
    try {
      Cipher cipher = length < SMALL_BYTES ? small : large;
      cipher.init(Cipher.ENCRYPT_MODE, key, nonce);
      if (associatedData.length > 0) cipher.updateAAD(associatedData);
      return run(cipher, in, inOffset, length, out, outOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("ChaCha20-Poly1305 failed to seal " + length + " bytes", e);
    }
  }

  private int run(Cipher cipher, byte[] in, int inOffset, int length, byte[] out, int outOffset)
      throws GeneralSecurityException {
    if (cipher == large) return cipher.doFinal(in, inOffset, length, out, outOffset);
    boolean tiny = length + TAG_BYTES <= TINY_BYTES;
    byte[] from = tiny ? tinyIn : smallIn;
    byte[] to = tiny ? tinyOut : smallOut;
    System.arraycopy(in, inOffset, from, 0, length);
    int written = cipher.doFinal(from, 0, length, to, 0);
    System.arraycopy(to, 0, out, outOffset, written);
    return written;
  }

  /**
   * Checks and decrypts {@code in[inOffset, inOffset + length)}, of which the last 16 bytes are the
   * tag, to {@code out} at {@code outOffset}. The ranges must not overlap partly.
   *
   * @param length at least {@link #TAG_BYTES}
   * @return bytes written, {@code length - TAG_BYTES}
   * @throws AEADBadTagException if the ciphertext is not authentic; what {@code out} then holds in
   *     that range is undefined and must not be used
   */
  public int open(
      SecretKey key,
      long nonce,
      byte[] associatedData,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset)
      throws AEADBadTagException {
    return open(key, parameters(nonce), associatedData, in, inOffset, length, out, outOffset);
  }

  /** Decrypts under a nonce of any form; Noise needs the other one. */
  int open(
      SecretKey key,
      IvParameterSpec nonce,
      byte[] associatedData,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset)
      throws AEADBadTagException {
    try {
      Cipher cipher = length - TAG_BYTES < SMALL_BYTES ? small : large;
      cipher.init(Cipher.DECRYPT_MODE, key, nonce);
      if (associatedData.length > 0) cipher.updateAAD(associatedData);
      return run(cipher, in, inOffset, length, out, outOffset);
    } catch (AEADBadTagException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("ChaCha20-Poly1305 failed to open " + length + " bytes", e);
    }
  }

  private IvParameterSpec parameters(long nonce) {
    for (int i = 0; i < Long.BYTES; i++) nonceBytes[4 + i] = (byte) (nonce >>> (8 * i));
    return new IvParameterSpec(nonceBytes); // copies
  }
}
