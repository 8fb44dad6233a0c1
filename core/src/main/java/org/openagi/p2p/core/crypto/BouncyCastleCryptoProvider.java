package org.openagi.p2p.core.crypto;

import java.security.SecureRandom;
import java.util.Objects;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * Ed25519 and X25519 in pure Java, for machines without Conscrypt's native library.
 *
 * <p>BouncyCastle's verification lets some signatures pass whose R or key has a component of small order and
 * which fulfil the equation only up to that; the others don't. No honest signer makes such signatures. What
 * BouncyCastle accepts is therefore looked at again: if a component of small order is there, the JDK, slow and
 * exact, decides.
 */
final class BouncyCastleCryptoProvider implements CryptoProvider {
  @Override
  public String name() {
    return "bouncycastle";
  }

  @Override
  public Ed25519Signer ed25519Signer(Bytes seed) {
    byte[] publicKey = new byte[KEY_BYTES];
    Ed25519.generatePublicKey(Ed25519Rules.requireKeyLength(seed).unsafeArray(), 0, publicKey, 0);
    return ed25519Signer(seed, Bytes.wrap(publicKey));
  }

  @Override
  public Ed25519Signer ed25519Signer(Bytes seed, Bytes publicKey) {
    return new Signer(
        Ed25519Rules.requireKeyLength(seed).toArray(), Ed25519Rules.requireKeyLength(publicKey));
  }

  @Override
  public Ed25519Verifier ed25519Verifier(Bytes publicKey) {
    Ed25519Rules.requireKeyLength(publicKey);
    return new Verifier(publicKey);
  }

  @Override
  public X25519KeyPair x25519Generate(SecureRandom random) {
    byte[] privateKey = new byte[KEY_BYTES];
    random.nextBytes(privateKey);
    return new AgreementKey(privateKey);
  }

  @Override
  public X25519KeyPair x25519FromPrivateKey(Bytes privateKey) {
    return new AgreementKey(Ed25519Rules.requireKeyLength(privateKey).toArray());
  }

  private static final class Signer implements Ed25519Signer {
    private final byte[] seed;
    private final Bytes publicKey;

    Signer(byte[] seed, Bytes publicKey) {
      this.seed = seed;
      this.publicKey = publicKey;
    }

    @Override
    public Bytes publicKey() {
      return publicKey;
    }

    @Override
    public Bytes sign(byte[] message, int offset, int length) {
      Objects.checkFromIndexSize(offset, length, message.length);
      byte[] signature = new byte[SIGNATURE_BYTES];
      Ed25519.sign(seed, 0, publicKey.unsafeArray(), 0, message, offset, length, signature, 0);
      return Bytes.wrap(signature);
    }
  }

  private static final class Verifier implements Ed25519Verifier {
    private final Bytes publicKey;
    private final Ed25519.@Nullable PublicPoint key; // null = a key under which nothing is valid
    private final boolean ofPrimeOrder;

    Verifier(Bytes publicKey) {
      this.publicKey = publicKey;
      this.key = Ed25519Rules.acceptsKey(publicKey)
          ? Ed25519.validatePublicKeyPartialExport(publicKey.unsafeArray(), 0)
          : null;
      this.ofPrimeOrder = Ed25519.validatePublicKeyFull(publicKey.unsafeArray(), 0);
    }

    @Override
    public boolean verify(byte[] message, int offset, int length, Bytes signature) {
      Objects.checkFromIndexSize(offset, length, message.length);
      return key != null
          && Ed25519Rules.acceptsSignature(signature)
          && Ed25519.verify(signature.unsafeArray(), 0, key, message, offset, length)
          && isExact(message, offset, length, signature);
    }

    private boolean isExact(byte[] message, int offset, int length, Bytes signature) {
      return (ofPrimeOrder && Ed25519.validatePublicKeyFull(signature.unsafeArray(), 0))
          || JcaCryptoProvider.jdk()
              .ed25519Verifier(publicKey)
              .verify(message, offset, length, signature);
    }
  }

  private static final class AgreementKey implements X25519KeyPair {
    private final byte[] privateKey;
    private final Bytes publicKey;

    AgreementKey(byte[] privateKey) {
      this.privateKey = privateKey;
      byte[] u = new byte[KEY_BYTES];
      X25519.scalarMultBase(privateKey, 0, u, 0);
      this.publicKey = Bytes.wrap(u);
    }

    @Override
    public Bytes publicKey() {
      return publicKey;
    }

    @Override
    public byte[] agree(Bytes remotePublicKey) throws ProtocolViolationException {
      X25519Rules.requireRemoteKey(remotePublicKey);
      byte[] secret = new byte[KEY_BYTES];
      X25519.scalarMult(privateKey, 0, remotePublicKey.unsafeArray(), 0, secret, 0);
      return X25519Rules.requireSecret(secret);
    }
  }
}
