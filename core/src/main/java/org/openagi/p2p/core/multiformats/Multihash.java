package org.openagi.p2p.core.multiformats;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/**
 * A digest that says how it was made: code of the hash function, length, digest.
 *
 * @param code multicodec of the hash function, for instance {@link #SHA2_256}
 * @param digest at most {@value #MAX_DIGEST_BYTES} bytes, exactly 32 for sha2-256
 * @see "multiformats: multihash"
 */
public record Multihash(long code, Bytes digest) {
  /** The digest is the data itself. */
  public static final long IDENTITY = 0x00;

  /** SHA-256. */
  public static final long SHA2_256 = 0x12;

  /** Longest digest accepted: twice that of SHA-512. */
  public static final int MAX_DIGEST_BYTES = 128;

  private static final int SHA2_256_BYTES = 32;

  /** Validates the lengths. */
  public Multihash {
    if (code < 0) throw new IllegalArgumentException("multihash code " + code);
    if (digest.length() > MAX_DIGEST_BYTES) {
      throw new IllegalArgumentException(
          "multihash digest of " + digest.length() + " bytes, at most " + MAX_DIGEST_BYTES);
    }
    if (code == SHA2_256 && digest.length() != SHA2_256_BYTES) {
      throw new IllegalArgumentException(
          "sha2-256 digest of " + digest.length() + " bytes, expected " + SHA2_256_BYTES);
    }
  }

  /** Returns {@code data} unhashed. */
  public static Multihash identity(Bytes data) {
    return new Multihash(IDENTITY, data);
  }

  /** Returns the SHA-256 of {@code data}. */
  public static Multihash sha256(Bytes data) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return new Multihash(SHA2_256, Bytes.wrap(sha256.digest(data.unsafeArray())));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Reads a multihash that fills {@code encoded} exactly.
   *
   * @throws ProtocolViolationException if it is malformed, too long, or followed by other bytes
   */
  public static Multihash decode(Bytes encoded) throws ProtocolViolationException {
    ByteBuffer in = encoded.asByteBuffer();
    long code = Varint.read(in);
    long length = Varint.read(in);
    if (length != in.remaining()) {
      throw new ProtocolViolationException(
          Scope.STREAM,
          "multihash announces " + length + " bytes of digest and has " + in.remaining());
    }
    try {
      return new Multihash(code, encoded.slice(in.position(), encoded.length()));
    } catch (IllegalArgumentException e) {
      throw new ProtocolViolationException(Scope.STREAM, String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns the binary form. */
  public Bytes encode() {
    int headerBytes = Varint.sizeOf(code) + Varint.sizeOf(digest.length());
    byte[] encoded = new byte[headerBytes + digest.length()];
    Varint.write(digest.length(), encoded, Varint.write(code, encoded, 0));
    digest.copyTo(0, encoded, headerBytes, digest.length());
    return Bytes.wrap(encoded);
  }
}
