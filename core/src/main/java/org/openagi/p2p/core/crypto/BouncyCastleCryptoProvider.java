package org.openagi.p2p.core.crypto;

import java.security.SecureRandom;
import java.util.Objects;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** Ed25519 and X25519 in pure Java, for machines without Conscrypt's native library. */
final class BouncyCastleCryptoProvider implements CryptoProvider {
  @Override
  public String name() {
    return "bouncycastle";
  }

  @Override
  public Ed25519Signer ed25519Signer(Bytes seed) {
    return new Signer(Ed25519Rules.requireKeyLength(seed).toArray());
  }

  @Override
  public Ed25519Verifier ed25519Verifier(Bytes publicKey) {
    Ed25519Rules.requireKeyLength(publicKey);
    return new Verifier(
        Ed25519Rules.acceptsKey(publicKey)
            ? Ed25519.validatePublicKeyPartialExport(publicKey.unsafeArray(), 0)
            : null);
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
    private final byte[] publicKey = new byte[KEY_BYTES];

    Signer(byte[] seed) {
      this.seed = seed;
      Ed25519.generatePublicKey(seed, 0, publicKey, 0);
    }

    @Override
    public Bytes publicKey() {
      return Bytes.copyOf(publicKey);
    }

    @Override
    public Bytes sign(byte[] message, int offset, int length) {
      Objects.checkFromIndexSize(offset, length, message.length);
      byte[] signature = new byte[SIGNATURE_BYTES];
      Ed25519.sign(seed, 0, publicKey, 0, message, offset, length, signature, 0);
      return Bytes.wrap(signature);
    }
  }

  private static final class Verifier implements Ed25519Verifier {
    private final Ed25519.@Nullable PublicPoint key; // null = a key under which nothing is valid

    Verifier(Ed25519.@Nullable PublicPoint key) {
      this.key = key;
    }

    @Override
    public boolean verify(byte[] message, int offset, int length, Bytes signature) {
      Objects.checkFromIndexSize(offset, length, message.length);
      return key != null
          && Ed25519Rules.acceptsSignature(signature)
          && Ed25519.verify(signature.unsafeArray(), 0, key, message, offset, length);
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
