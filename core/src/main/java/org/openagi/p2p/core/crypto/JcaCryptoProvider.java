package org.openagi.p2p.core.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.KeyAgreement;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/**
 * Ed25519 and X25519 from a provider of the Java Cryptography Architecture, named explicitly: the
 * process-wide provider list is neither changed nor consulted.
 */
final class JcaCryptoProvider implements CryptoProvider {
  /** The u coordinate of X25519's base point. */
  private static final Bytes BASE_POINT =
      Bytes.fromHex("0900000000000000000000000000000000000000000000000000000000000000");

  private final String name;
  private final Provider provider;
  private final KeyFactory ed25519Keys;
  private final KeyFactory x25519Keys;
  private final PublicKey basePoint;
  private final Hpke hpke;

  private JcaCryptoProvider(String name, Provider provider, Hpke hpke) {
    this.name = name;
    this.hpke = hpke;
    this.provider = provider;
    try {
      ed25519Keys = KeyFactory.getInstance("Ed25519", provider);
      x25519Keys = KeyFactory.getInstance("X25519", provider);
      basePoint = x25519PublicKey(BASE_POINT);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(name + " lacks Ed25519 or X25519", e);
    }
  }

  static CryptoProvider conscrypt() {
    Conscrypt.checkAvailability();
    Provider provider = Conscrypt.newProvider();
    return new JcaCryptoProvider("conscrypt", provider, new ConscryptHpke(provider));
  }

  static CryptoProvider jdk() {
    return new JcaCryptoProvider("jdk", sunEc(), BouncyCastleHpke.INSTANCE);
  }

  private static Provider sunEc() {
    return Objects.requireNonNull(Security.getProvider("SunEC"), "this JDK has no SunEC provider");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Provider> jcaProvider() {
    return Optional.of(provider);
  }

  @Override
  public Hpke hpke() {
    return hpke;
  }

  @Override
  public Ed25519Signer ed25519Signer(Bytes seed) {
    Ed25519Rules.requireKeyLength(seed);
    try {
      return ed25519Signer(seed, ed25519PublicKey(seed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK failed to derive an Ed25519 public key", e);
    }
  }

  @Override
  public Ed25519Signer ed25519Signer(Bytes seed, Bytes publicKey) {
    Ed25519Rules.requireKeyLength(seed);
    Ed25519Rules.requireKeyLength(publicKey);
    try {
      byte[] encoded = Der.wrap(Der.ED25519_PRIVATE, seed);
      return new Signer(ed25519Keys.generatePrivate(new PKCS8EncodedKeySpec(encoded)), publicKey);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(name + " refused an Ed25519 private key", e);
    }
  }

  @Override
  public Ed25519Verifier ed25519Verifier(Bytes publicKey) {
    Ed25519Rules.requireKeyLength(publicKey);
    if (!Ed25519Rules.acceptsKey(publicKey)) return new Verifier(null);
    byte[] encoded = Der.wrap(Der.ED25519_PUBLIC, publicKey);
    try {
      return new Verifier(ed25519Keys.generatePublic(new X509EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException e) {
      return new Verifier(null); // not a point of the curve
    }
  }

  @Override
  public X25519KeyPair x25519Generate(SecureRandom random) {
    byte[] privateKey = new byte[KEY_BYTES];
    random.nextBytes(privateKey);
    return x25519FromPrivateKey(Bytes.wrap(privateKey));
  }

  @Override
  public X25519KeyPair x25519FromPrivateKey(Bytes privateKey) {
    Ed25519Rules.requireKeyLength(privateKey);
    try {
      byte[] encoded = Der.wrap(Der.X25519_PRIVATE, privateKey);
      PrivateKey key = x25519Keys.generatePrivate(new PKCS8EncodedKeySpec(encoded));
      return new AgreementKey(key, Bytes.wrap(x25519(key, basePoint)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(name + " refused an X25519 private key", e);
    }
  }

  /**
   * Derives a public key by way of the JDK's generator fed with the seed instead of random bytes, since no
   * public interface of Conscrypt or the JDK gives the public key of a private one.
   */
  private static Bytes ed25519PublicKey(Bytes seed) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519", sunEc());
    generator.initialize(NamedParameterSpec.ED25519, new SeedAsRandom(seed));
    byte[] encoded = generator.generateKeyPair().getPublic().getEncoded();
    return Bytes.copyOf(encoded, encoded.length - KEY_BYTES, KEY_BYTES);
  }

  private PublicKey x25519PublicKey(Bytes raw) throws GeneralSecurityException {
    return x25519Keys.generatePublic(new X509EncodedKeySpec(Der.wrap(Der.X25519_PUBLIC, raw)));
  }

  private byte[] x25519(PrivateKey ours, PublicKey theirs) throws GeneralSecurityException {
    KeyAgreement agreement = KeyAgreement.getInstance("X25519", provider);
    agreement.init(ours);
    agreement.doPhase(theirs, true);
    return agreement.generateSecret();
  }

  /** Hands out one seed, for {@link #ed25519PublicKey}. */
  private static final class SeedAsRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final transient Bytes seed;

    SeedAsRandom(Bytes seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] target) {
      seed.copyTo(0, target, 0, KEY_BYTES);
    }
  }

  private final class Signer implements Ed25519Signer {
    private final PrivateKey key;
    private final Bytes publicKey;

    Signer(PrivateKey key, Bytes publicKey) {
      this.key = key;
      this.publicKey = publicKey;
    }

    @Override
    public Bytes publicKey() {
      return publicKey;
    }

    @Override
    public Bytes sign(byte[] message, int offset, int length) {
      Objects.checkFromIndexSize(offset, length, message.length);
      try {
        Signature signature = Signature.getInstance("Ed25519", provider);
        signature.initSign(key);
        signature.update(message, offset, length);
        return Bytes.wrap(signature.sign());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(name + " failed to sign", e);
      }
    }
  }

  private final class Verifier implements Ed25519Verifier {
    private final @Nullable PublicKey key; // null = a key under which nothing is valid

    Verifier(@Nullable PublicKey key) {
      this.key = key;
    }

    @Override
    public boolean verify(byte[] message, int offset, int length, Bytes signature) {
      Objects.checkFromIndexSize(offset, length, message.length);
      if (key == null || !Ed25519Rules.acceptsSignature(signature)) return false;
      try {
        Signature verification = Signature.getInstance("Ed25519", provider);
        verification.initVerify(key);
        verification.update(message, offset, length);
        return verification.verify(signature.unsafeArray());
      } catch (SignatureException | java.security.InvalidKeyException e) {
        return false; // R or the key is not a point of the curve
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(name + " failed to verify", e);
      }
    }
  }

  private final class AgreementKey implements X25519KeyPair {
    private final PrivateKey key;
    private final Bytes publicKey;

    AgreementKey(PrivateKey key, Bytes publicKey) {
      this.key = key;
      this.publicKey = publicKey;
    }

    @Override
    public Bytes publicKey() {
      return publicKey;
    }

    @Override
    public byte[] agree(Bytes remotePublicKey) throws ProtocolViolationException {
      X25519Rules.requireRemoteKey(remotePublicKey);
      try {
        return X25519Rules.requireSecret(x25519(key, x25519PublicKey(remotePublicKey)));
      } catch (GeneralSecurityException e) {
        throw new ProtocolViolationException(Scope.CONNECTION, X25519Rules.LOW_ORDER, e);
      } catch (RuntimeException e) {
        // the providers' ways to report a secret of all zeros differ
        throw new ProtocolViolationException(Scope.CONNECTION, X25519Rules.LOW_ORDER, e);
      }
    }
  }
}
