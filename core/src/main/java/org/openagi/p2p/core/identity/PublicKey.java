package org.openagi.p2p.core.identity;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.crypto.Ed25519Verifier;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.protobuf.ProtoReader;
import org.openagi.p2p.core.protobuf.ProtoWriter;

/**
 * A peer's public key, parsed, checked and prepared for verification when it is made.
 *
 * <p>Immutable, safe for any thread. Equality is that of the encoded key.
 *
 * @see "libp2p specs: peer-ids, Keys"
 */
public final class PublicKey {
  /** Longest encoded key accepted: RSA with 8192 bits takes 1,062 bytes of DER. */
  public static final int MAX_PROTOBUF_BYTES = 1_100;

  private static final int FIELD_TYPE = 1;
  private static final int FIELD_DATA = 2;

  private final KeyType type;
  private final Bytes data;
  private final Bytes protobuf;
  private final SignatureScheme scheme;
  private @Nullable PeerId peerId; // a racy write is harmless, the value is always equal

  private PublicKey(KeyType type, Bytes data) {
    this.type = type;
    this.data = data;
    this.protobuf = new ProtoWriter(data.length() + 8)
        .varint(FIELD_TYPE, type.code())
        .bytes(FIELD_DATA, data)
        .toBytes();
    this.scheme = switch (type) {
      case ED25519 -> ed25519Scheme(data);
      case SECP256K1 -> new Secp256k1Scheme(data);
      case ECDSA -> JcaSignatureScheme.ecdsa(data);
      case RSA -> JcaSignatureScheme.rsa(data);
    };
  }

  private static SignatureScheme ed25519Scheme(Bytes data) {
    Ed25519Verifier verifier = CryptoProvider.best().ed25519Verifier(data);
    return verifier::verify;
  }

  /**
   * Returns the Ed25519 key with these bytes.
   *
   * @throws IllegalArgumentException if there are not 32
   */
  public static PublicKey ed25519(Bytes raw) {
    return new PublicKey(KeyType.ED25519, raw);
  }

  /**
   * Returns the key of the given kind.
   *
   * @param data content of the protobuf's field {@code Data}
   * @throws IllegalArgumentException if the data are not a key of that kind
   */
  public static PublicKey of(KeyType type, Bytes data) {
    return new PublicKey(type, data);
  }

  /**
   * Reads the libp2p protobuf {@code PublicKey}. The encoding must be the deterministic one that the
   * specification demands: both fields, in order, in shortest form, and nothing else.
   *
   * @throws ProtocolViolationException (peer) if it is not, or the key is malformed or of an unacceptable
   *     kind or size
   */
  public static PublicKey fromProtobuf(Bytes encoded) throws ProtocolViolationException {
    KeyFields fields = KeyFields.decode(encoded, MAX_PROTOBUF_BYTES);
    PublicKey key;
    try {
      key = new PublicKey(fields.type(), fields.data());
    } catch (IllegalArgumentException e) {
      throw new ProtocolViolationException(Scope.PEER, String.valueOf(e.getMessage()), e);
    }
    if (!key.protobuf.equals(encoded)) {
      throw new ProtocolViolationException(
          Scope.PEER, "public key is not in the deterministic encoding");
    }
    return key;
  }

  /** Returns the kind of key. */
  public KeyType type() {
    return type;
  }

  /** Returns the content of the protobuf's field {@code Data}, whose format depends on the kind. */
  public Bytes data() {
    return data;
  }

  /** Returns the libp2p protobuf {@code PublicKey} in its deterministic encoding. */
  public Bytes toProtobuf() {
    return protobuf;
  }

  /** Returns whether {@code signature} is this key's signature of {@code message}. */
  public boolean verify(Bytes message, Bytes signature) {
    return scheme.verify(message.unsafeArray(), 0, message.length(), signature);
  }

  /**
   * Returns whether {@code signature} is this key's signature of part of an array.
   *
   * @throws IndexOutOfBoundsException if the range is outside the array
   */
  public boolean verify(byte[] message, int offset, int length, Bytes signature) {
    Objects.checkFromIndexSize(offset, length, message.length);
    return scheme.verify(message, offset, length, signature);
  }

  /** Returns the id of the peer that owns this key. */
  public PeerId toPeerId() {
    PeerId result = peerId;
    if (result == null) {
      result = PeerId.of(this);
      peerId = result;
    }
    return result;
  }

  @Override
  public boolean equals(@Nullable Object object) {
    return object instanceof PublicKey other && protobuf.equals(other.protobuf);
  }

  @Override
  public int hashCode() {
    return protobuf.hashCode();
  }

  /** Returns kind and peer id. */
  @Override
  public String toString() {
    return "PublicKey[" + type + " of " + toPeerId() + "]";
  }

  /** The two fields that the protobufs of public and private keys share. */
  record KeyFields(KeyType type, Bytes data) {
    static KeyFields decode(Bytes encoded, int maxBytes) throws ProtocolViolationException {
      if (encoded.length() > maxBytes) {
        throw new ProtocolViolationException(
            Scope.PEER, "key of " + encoded.length() + " bytes, at most " + maxBytes);
      }
      @Nullable KeyType type = null;
      @Nullable Bytes data = null;
      ProtoReader in = ProtoReader.of(encoded, Scope.PEER);
      while (in.nextField()) {
        switch (in.field()) {
          case FIELD_TYPE -> type = type(in.readVarint());
          case FIELD_DATA -> data = in.readBytes(maxBytes);
          default ->
            throw new ProtocolViolationException(Scope.PEER, "key with extra field " + in.field());
        }
      }
      if (type == null || data == null) {
        throw new ProtocolViolationException(Scope.PEER, "key without type or data");
      }
      return new KeyFields(type, data);
    }

    private static KeyType type(long code) throws ProtocolViolationException {
      return KeyType.ofCode(code)
          .orElseThrow(() -> new ProtocolViolationException(
              Scope.PEER, "key type " + Long.toUnsignedString(code) + ", expected 0..3"));
    }
  }
}
