package org.openagi.p2p.core.identity;

import java.security.SecureRandom;
import java.util.Objects;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.crypto.Ed25519Signer;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.protobuf.ProtoWriter;

/**
 * The Ed25519 private key that is this node's identity, prepared for signing.
 *
 * <p>Immutable, safe for any thread. Never shows the secret except through {@link #toProtobuf()}; equality
 * is that of the object.
 *
 * @see "libp2p specs: peer-ids, Ed25519"
 */
public final class HostKey {
  /** Length of the secret seed. */
  public static final int SEED_BYTES = CryptoProvider.KEY_BYTES;

  private static final int MAX_PROTOBUF_BYTES = 128;
  private static final int KEY_PAIR_BYTES = 64;
  private static final int LEGACY_KEY_PAIR_BYTES = 96;
  private static final Bytes PAIR_TEST = Bytes.ofUtf8("does this public key belong to this seed?");

  private final Bytes seed;
  private final Ed25519Signer signer;
  private final PublicKey publicKey;

  private HostKey(Bytes seed, Ed25519Signer signer) {
    this.seed = seed;
    this.signer = signer;
    this.publicKey = PublicKey.ed25519(signer.publicKey());
  }

  /** Makes a new identity. */
  public static HostKey generate(SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return fromSeed(Bytes.wrap(seed));
  }

  /**
   * Returns the key with this seed.
   *
   * @throws IllegalArgumentException if it does not have {@value #SEED_BYTES} bytes
   */
  public static HostKey fromSeed(Bytes seed) {
    if (seed.length() != SEED_BYTES) {
      throw new IllegalArgumentException(
          "Ed25519 seed of " + seed.length() + " bytes, expected " + SEED_BYTES);
    }
    return new HostKey(seed, CryptoProvider.best().ed25519Signer(seed));
  }

  /**
   * Reads the libp2p protobuf {@code PrivateKey}, in its present form (seed, public key) or the old one
   * with the public key twice.
   *
   * @throws ProtocolViolationException (peer) if it is malformed, not Ed25519, or the public key in it does
   *     not belong to the seed; the message does not contain any part of the key
   */
  public static HostKey fromProtobuf(Bytes encoded) throws ProtocolViolationException {
    PublicKey.KeyFields fields = PublicKey.KeyFields.decode(encoded, MAX_PROTOBUF_BYTES);
    if (fields.type() != KeyType.ED25519) {
      throw violation("private key of type " + fields.type() + ", only ED25519 can be a host key");
    }
    Bytes data = fields.data();
    if (data.length() != KEY_PAIR_BYTES && data.length() != LEGACY_KEY_PAIR_BYTES) {
      throw violation("Ed25519 private key of " + data.length() + " bytes, expected 64 or 96");
    }
    return ofKeyPair(data.slice(0, SEED_BYTES), data.slice(SEED_BYTES, data.length()));
  }

  private static HostKey ofKeyPair(Bytes seed, Bytes publicKeys) throws ProtocolViolationException {
    Bytes publicKey = publicKeys.slice(0, CryptoProvider.KEY_BYTES);
    Bytes last =
        publicKeys.slice(publicKeys.length() - CryptoProvider.KEY_BYTES, publicKeys.length());
    HostKey key = new HostKey(seed, CryptoProvider.best().ed25519Signer(seed, publicKey));
    // A signature by the seed that is valid under the public key proves the pair, and costs far
    // less than
    // deriving the public key anew.
    if (!last.equals(publicKey) || !key.publicKey.verify(PAIR_TEST, key.sign(PAIR_TEST))) {
      throw violation("Ed25519 private key whose public key does not belong to its seed");
    }
    return key;
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.PEER, message);
  }

  /** Returns the libp2p protobuf {@code PrivateKey}. This is the secret: write it to a guarded file only. */
  public Bytes toProtobuf() {
    return new ProtoWriter(72)
        .varint(1, KeyType.ED25519.code())
        .bytes(2, seed.concat(publicKey.data()))
        .toBytes();
  }

  /** Returns the public half. */
  public PublicKey publicKey() {
    return publicKey;
  }

  /** Returns this node's id. */
  public PeerId peerId() {
    return publicKey.toPeerId();
  }

  /** Signs a message; 64 bytes. */
  public Bytes sign(Bytes message) {
    return signer.sign(message.unsafeArray(), 0, message.length());
  }

  /**
   * Signs part of an array; 64 bytes.
   *
   * @throws IndexOutOfBoundsException if the range is outside the array
   */
  public Bytes sign(byte[] message, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, message.length);
    return signer.sign(message, offset, length);
  }

  /** Returns the peer id only. */
  @Override
  public String toString() {
    return "HostKey[" + peerId() + "]";
  }
}
