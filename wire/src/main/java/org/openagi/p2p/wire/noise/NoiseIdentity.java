package org.openagi.p2p.wire.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.SecureRandom;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.crypto.X25519KeyPair;
import org.openagi.p2p.core.identity.HostKey;

/**
 * Our side of every Noise handshake: a static X25519 key, made once per process and never stored, and
 * the host key's signature over it. Signing it once saves a signature per connection. Immutable, safe
 * for any thread.
 *
 * @see "libp2p specs: noise/README.md, Static Key Authentication"
 */
public final class NoiseIdentity {
  private static final byte[] SIGNATURE_PREFIX = "noise-libp2p-static-key:".getBytes(US_ASCII);

  private final CryptoProvider crypto;
  private final X25519KeyPair staticKey;
  private final Bytes identityKey;
  private final Bytes signature;

  private NoiseIdentity(
      CryptoProvider crypto, X25519KeyPair staticKey, Bytes identityKey, Bytes signature) {
    this.crypto = crypto;
    this.staticKey = staticKey;
    this.identityKey = identityKey;
    this.signature = signature;
  }

  /** Makes a static key and signs it. */
  public static NoiseIdentity create(HostKey hostKey, CryptoProvider crypto, SecureRandom random) {
    X25519KeyPair staticKey = crypto.x25519Generate(random);
    return new NoiseIdentity(
        crypto,
        staticKey,
        hostKey.publicKey().toProtobuf(),
        hostKey.sign(signedText(staticKey.publicKey())));
  }

  /** An identity whose signature is whatever the caller says; for tests of the other side. */
  static NoiseIdentity unchecked(
      CryptoProvider crypto, X25519KeyPair staticKey, Bytes identityKey, Bytes signature) {
    return new NoiseIdentity(crypto, staticKey, identityKey, signature);
  }

  /** What a host key has to sign to vouch for a static key. */
  static Bytes signedText(Bytes staticPublicKey) {
    byte[] text = new byte[SIGNATURE_PREFIX.length + staticPublicKey.length()];
    System.arraycopy(SIGNATURE_PREFIX, 0, text, 0, SIGNATURE_PREFIX.length);
    staticPublicKey.copyTo(0, text, SIGNATURE_PREFIX.length, staticPublicKey.length());
    return Bytes.wrap(text);
  }

  CryptoProvider crypto() {
    return crypto;
  }

  X25519KeyPair staticKey() {
    return staticKey;
  }

  Bytes identityKey() {
    return identityKey;
  }

  Bytes signature() {
    return signature;
  }
}
