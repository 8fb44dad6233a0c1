package org.openagi.p2p.messaging.bundle;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.openagi.p2p.core.multiformats.Varint;
import org.openagi.p2p.messaging.codec.FrameType;

/**
 * The running digest of a bundle's frames and what a seal says of them. Confined to its user.
 *
 * @see "docs/wire/message-1.0.md, section 4"
 */
public final class BundleDigest {
  private final MessageDigest sha256 = newSha256();
  private final byte[] header = new byte[1 + Varint.MAX_BYTES];
  private long first;
  private long count;
  private long frameBytes;
  private int chunks;

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Adds a chunk given as its whole frame. */
  public void addFrame(byte[] array, int offset, int length, long chunkFirst, long chunkCount) {
    sha256.update(array, offset, length);
    add(length, chunkFirst, chunkCount);
  }

  /** Adds a chunk given as the body of its frame. */
  public void addBody(byte[] body, long chunkFirst, long chunkCount) {
    header[0] = FrameType.CHUNK;
    int headerLength = Varint.write(body.length, header, 1);
    sha256.update(header, 0, headerLength);
    sha256.update(body, 0, body.length);
    add(headerLength + body.length, chunkFirst, chunkCount);
  }

  private void add(int length, long chunkFirst, long chunkCount) {
    if (chunks == 0) first = chunkFirst;
    chunks++;
    count += chunkCount;
    frameBytes += length;
  }

  /** How many chunks were added since the last end. */
  public int chunks() {
    return chunks;
  }

  /** The bytes of their frames. */
  public long frameBytes() {
    return frameBytes;
  }

  /** The number of the first message. */
  public long first() {
    return first;
  }

  /** How many numbers end in the bundle. */
  public long count() {
    return count;
  }

  /** Ends the bundle and starts an empty one. Read the other fields before. */
  public byte[] end() {
    byte[] digest = sha256.digest();
    count = 0;
    frameBytes = 0;
    chunks = 0;
    return digest;
  }
}
