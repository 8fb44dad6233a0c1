package org.openagi.p2p.messaging.transfer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * SHA-256 over content as it goes by; tells the digest of what went by so far without ending, so that
 * two ends can agree on a prefix by comparing 32 bytes. Confined to its user.
 */
public final class ContentDigest {
  private final MessageDigest sha256;
  private long position;

  /** Over nothing. */
  public ContentDigest() {
    this(newSha256(), 0);
  }

  private ContentDigest(MessageDigest sha256, long position) {
    this.sha256 = sha256;
    this.position = position;
  }

  /** Adds what comes next. */
  public void update(byte[] content, int offset, int length) {
    sha256.update(content, offset, length);
    position += length;
  }

  /** How many bytes went by. */
  public long position() {
    return position;
  }

  /** Their SHA-256. */
  public Bytes value() {
    return Bytes.wrap(cloned().digest());
  }

  /** An independent digest over the same bytes. */
  public ContentDigest copy() {
    return new ContentDigest(cloned(), position);
  }

  private MessageDigest cloned() {
    try {
      return (MessageDigest) sha256.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of " + sha256.getProvider() + " can't be copied", e);
    }
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
