package org.openagi.p2p.messaging.parcel;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/** Constants of the formats. @see "docs/wire/parcel-1.0.md" */
final class ParcelForm {
  /** Version of what is sealed. */
  static final int VERSION = 1;

  /** What HPKE is told that this is for, before the recipient's id. */
  static final byte[] SEAL_DOMAIN = "openagi-parcel/1".getBytes(StandardCharsets.US_ASCII);

  /** What a content's signature covers first. */
  static final byte[] SIGN_DOMAIN = "openagi-parcel-content/1".getBytes(StandardCharsets.US_ASCII);

  /** Longest body of a content: a section of 240 KiB before compression with all its headers. */
  static final int MAX_BODY_BYTES = 288 << 10;

  private ParcelForm() {}

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The length that a plaintext is padded to, so that a size says little: at most an eighth longer, of 2^E lengths about E
   * are left.
   */
  static int paddedLength(int length) {
    if (length <= 256) return 256;
    int exponent = 31 - Integer.numberOfLeadingZeros(length);
    int significant = 32 - Integer.numberOfLeadingZeros(exponent);
    int mask = (1 << (exponent - significant)) - 1;
    return (length + mask) & ~mask;
  }

  static ProtocolViolationException violation(String what) {
    return new ProtocolViolationException(Scope.PEER, what);
  }
}
