package org.openagi.p2p.core.crypto;

import java.security.Provider;
import java.security.SecureRandom;
import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * Ed25519, X25519 and HPKE from one implementation. All implementations give the same answers; they differ in
 * speed. Safe for any thread.
 *
 * @see "RFC 8032; RFC 7748"
 */
public interface CryptoProvider {
  /** Length of an Ed25519 or X25519 private or public key. */
  int KEY_BYTES = 32;

  /** Length of an Ed25519 signature. */
  int SIGNATURE_BYTES = 64;

  /**
   * Returns the fastest implementation that works on this machine: Conscrypt, else BouncyCastle, else the
   * JDK. Chosen at the first call, by a self-test, and named in one log line.
   */
  static CryptoProvider best() {
    return BestProvider.INSTANCE;
  }

  /** Returns the name of the implementation for logs and status, for instance {@code conscrypt}. */
  String name();

  /**
   * Returns the JCA provider behind this implementation, for further algorithms that it may have; empty if
   * it is not one or has nothing to add to the JDK.
   */
  default Optional<Provider> jcaProvider() {
    return Optional.empty();
  }

  /**
   * Prepares an Ed25519 private key.
   *
   * @param seed 32 secret bytes
   * @throws IllegalArgumentException if the length is wrong
   */
  Ed25519Signer ed25519Signer(Bytes seed);

  /**
   * Prepares an Ed25519 key pair without deriving the public key, which is slow in some implementations.
   * The caller has to make sure that the two belong together: if they don't, signatures are not valid under
   * {@code publicKey} and endanger the seed.
   *
   * @param seed 32 secret bytes
   * @param publicKey 32 bytes
   * @throws IllegalArgumentException if a length is wrong
   */
  Ed25519Signer ed25519Signer(Bytes seed, Bytes publicKey);

  /**
   * Prepares an Ed25519 public key. A key that is not on the curve is accepted here and verifies nothing.
   *
   * @param publicKey 32 bytes
   * @throws IllegalArgumentException if the length is wrong
   */
  Ed25519Verifier ed25519Verifier(Bytes publicKey);

  /** Makes a fresh X25519 key pair. */
  X25519KeyPair x25519Generate(SecureRandom random);

  /**
   * Returns the X25519 key pair of a private key.
   *
   * @param privateKey 32 secret bytes, clamped by the function as RFC 7748 says
   * @throws IllegalArgumentException if the length is wrong
   */
  X25519KeyPair x25519FromPrivateKey(Bytes privateKey);

  /** Returns how to seal for the owner of an X25519 key: of this implementation, or of BouncyCastle if it has nothing faster. */
  default Hpke hpke() {
    return BouncyCastleHpke.INSTANCE;
  }
}
