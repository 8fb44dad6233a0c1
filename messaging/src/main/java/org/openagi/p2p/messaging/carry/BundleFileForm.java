package org.openagi.p2p.messaging.carry;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Constants of the format. @see "docs/wire/bundle-file.md" */
final class BundleFileForm {
  static final byte[] MAGIC = "openagi-bundles\n".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 1;

  /** The last frame: the signature over everything before it. */
  static final int END = 0x70;

  /** What the signature covers before the digest of the file. */
  static final byte[] DOMAIN = "openagi-bundle-file/1".getBytes(StandardCharsets.US_ASCII);

  private BundleFileForm() {}

  static byte[] signedText(byte[] digest) {
    byte[] text = Arrays.copyOf(DOMAIN, DOMAIN.length + digest.length);
    System.arraycopy(digest, 0, text, DOMAIN.length, digest.length);
    return text;
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
