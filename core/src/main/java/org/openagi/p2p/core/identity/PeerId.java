package org.openagi.p2p.core.identity;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.multiformats.Base58;
import org.openagi.p2p.core.multiformats.Multibase;
import org.openagi.p2p.core.multiformats.Multihash;
import org.openagi.p2p.core.multiformats.Varint;

/**
 * Who a peer is: the multihash of its encoded public key. Short keys (Ed25519, secp256k1) are inlined,
 * others hashed with SHA-256.
 *
 * <p>Immutable, safe for any thread; ordered by its bytes, unsigned.
 *
 * @see "libp2p specs: peer-ids, Peer Ids"
 */
public final class PeerId implements Comparable<PeerId> {
  /** Longest encoded key that is inlined instead of hashed. */
  public static final int MAX_INLINE_KEY_BYTES = 42;

  /** Longest binary form: code, length and an inlined key. */
  public static final int MAX_BYTES = 2 + MAX_INLINE_KEY_BYTES;

  /** Longest text form accepted; a CID of the longest id in hexadecimal has 93 characters. */
  public static final int MAX_CHARS = 128;

  private static final long CID_VERSION = 1;
  private static final long LIBP2P_KEY = 0x72;
  private static final int ED25519_KEY_BYTES = 32;
  private static final int SECP256K1_KEY_BYTES = 33;

  /** Digits at the end of an id; its start is the same for all ids of a kind. */
  private static final int SHORT_CHARS = 6;

  private final Bytes encoded;
  private @Nullable String text; // a racy write is harmless, the value is always equal

  private PeerId(Bytes encoded) {
    this.encoded = encoded;
  }

  /** Returns the id of the owner of {@code key}. */
  public static PeerId of(PublicKey key) {
    Bytes protobuf = key.toProtobuf();
    boolean inline = protobuf.length() <= MAX_INLINE_KEY_BYTES;
    return new PeerId(
        (inline ? Multihash.identity(protobuf) : Multihash.sha256(protobuf)).encode());
  }

  /**
   * Reads the binary form.
   *
   * @throws ProtocolViolationException (stream) if it is not a sha2-256 multihash or an inlined, well-formed
   *     Ed25519 or secp256k1 key
   */
  public static PeerId fromBytes(Bytes encoded) throws ProtocolViolationException {
    if (encoded.length() > MAX_BYTES) {
      throw violation("peer id of " + encoded.length() + " bytes, at most " + MAX_BYTES);
    }
    Multihash hash = Multihash.decode(encoded);
    if (hash.code() == Multihash.IDENTITY) {
      requireInlinedKey(hash.digest());
    } else if (hash.code() != Multihash.SHA2_256) {
      throw violation("peer id with hash function 0x"
          + Long.toHexString(hash.code())
          + ", expected identity or sha2-256");
    }
    return new PeerId(encoded);
  }

  /** Checks the layout only; whether an Ed25519 or secp256k1 point is on its curve costs more. */
  private static void requireInlinedKey(Bytes key) throws ProtocolViolationException {
    boolean ed25519 = hasHeader(key, KeyType.ED25519, ED25519_KEY_BYTES);
    if (!ed25519 && !hasHeader(key, KeyType.SECP256K1, SECP256K1_KEY_BYTES)) {
      throw violation("peer id inlines " + key + ", which is no Ed25519 or secp256k1 key");
    }
  }

  private static boolean hasHeader(Bytes key, KeyType type, int dataBytes) {
    return key.length() == 4 + dataBytes
        && key.get(0) == 0x08
        && key.get(1) == type.code()
        && key.get(2) == 0x12
        && key.get(3) == dataBytes;
  }

  /**
   * Reads the text form: base58btc of the binary form ({@code 12D3Koo…}, {@code Qm…}), or a CIDv1 with
   * codec libp2p-key in any multibase known here ({@code bafz…}, {@code k51…}).
   *
   * @throws IllegalArgumentException if it is neither; the message names the problem
   */
  public static PeerId parse(String text) {
    if (text.isEmpty() || text.length() > MAX_CHARS) {
      throw new IllegalArgumentException(
          "peer id of " + text.length() + " characters, expected 1 to " + MAX_CHARS);
    }
    boolean classic = text.startsWith("1") || text.startsWith("Qm");
    try {
      return classic ? fromBytes(Base58.decode(text)) : fromCid(Multibase.decode(text));
    } catch (ProtocolViolationException | IllegalArgumentException e) {
      throw new IllegalArgumentException("not a peer id: " + e.getMessage(), e);
    }
  }

  private static PeerId fromCid(Bytes cid) throws ProtocolViolationException {
    ByteBuffer in = cid.asByteBuffer();
    long version = Varint.read(in);
    if (version != CID_VERSION) throw violation("CID version " + version + ", expected 1");
    long codec = Varint.read(in);
    if (codec != LIBP2P_KEY) {
      throw violation(
          "CID of content type 0x" + Long.toHexString(codec) + ", expected libp2p-key (0x72)");
    }
    return fromBytes(cid.slice(in.position(), cid.length()));
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }

  /** Returns the binary form. */
  public Bytes toBytes() {
    return encoded;
  }

  /** Returns the text form as a CIDv1 in base32. */
  public String toCid() {
    byte[] header = {(byte) CID_VERSION, (byte) LIBP2P_KEY};
    return Multibase.BASE32.encode(Bytes.wrap(header).concat(encoded));
  }

  /** Returns the last digits of the text form, for logs. */
  public String shortString() {
    String full = toString();
    return "…" + full.substring(Math.max(0, full.length() - SHORT_CHARS));
  }

  /**
   * Returns the public key if it is inlined, parsed at each call; empty if the id is a hash, or the inlined
   * key is not on its curve.
   */
  public Optional<PublicKey> publicKey() {
    try {
      Multihash hash = Multihash.decode(encoded);
      return hash.code() == Multihash.IDENTITY
          ? Optional.of(PublicKey.fromProtobuf(hash.digest()))
          : Optional.empty();
    } catch (ProtocolViolationException e) {
      return Optional.empty();
    }
  }

  /** Returns whether {@code key} is the key that this id stands for. */
  public boolean matches(PublicKey key) {
    return equals(key.toPeerId());
  }

  @Override
  public int compareTo(PeerId other) {
    return encoded.compareTo(other.encoded);
  }

  @Override
  public boolean equals(@Nullable Object object) {
    return this == object || (object instanceof PeerId other && encoded.equals(other.encoded));
  }

  @Override
  public int hashCode() {
    return encoded.hashCode();
  }

  /** Returns the text form in base58btc. */
  @Override
  public String toString() {
    String result = text;
    if (result == null) {
      result = Base58.encode(encoded);
      text = result;
    }
    return result;
  }
}
