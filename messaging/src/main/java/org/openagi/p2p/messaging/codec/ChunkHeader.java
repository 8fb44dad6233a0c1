package org.openagi.p2p.messaging.codec;

import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * What a chunk says before its content.
 *
 * @param flags bits of the constants here
 * @param baseEpochMillis what the entries' times count from
 * @param first number of the first message that ends in the chunk or goes on beyond it
 * @param count how many numbers end in it
 * @param rawLength bytes of the content before compression
 * @param contentOffset where the content starts in the frame's body
 * @see "docs/wire/message-1.0.md, section 2.3"
 */
public record ChunkHeader(
    int flags, long baseEpochMillis, long first, long count, int rawLength, int contentOffset) {
  /** Starts a new bundle. */
  public static final int START = 0x01;
  /** The content is compressed. */
  public static final int ZSTD = 0x02;
  /** The last payload goes on in the next chunk. */
  public static final int MORE = 0x04;
  /** The content starts with more of the payload left open before. */
  public static final int CONTINUED = 0x08;

  /** The content is compressed with the dictionary that every node has; only with {@link #ZSTD}. */
  public static final int DICTIONARY = 0x10;

  private static final int KNOWN = START | ZSTD | MORE | CONTINUED | DICTIONARY;

  /** Whether a flag is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The number after the last that ends in this chunk. */
  public long end() {
    return first + count;
  }

  /**
   * Reads the header of a chunk from the body of its frame.
   *
   * @throws ProtocolViolationException (stream) naming the field that is wrong
   */
  public static ChunkHeader decode(byte[] body) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, body.length);
    int flags = in.u8("chunk flags");
    if ((flags & ~KNOWN) != 0) {
      throw WireReader.violation("chunk with unknown flags 0x" + Integer.toHexString(flags));
    }
    long base = in.u48("base time");
    long first = in.varint(1, WireLimits.MAX_NUMBER, "first number");
    long count = in.varint(0, WireLimits.MAX_NUMBER - first, "count");
    boolean zstd = (flags & ZSTD) != 0;
    if (!zstd && (flags & DICTIONARY) != 0) {
      throw WireReader.violation("chunk with a dictionary that is not compressed");
    }
    int raw =
        zstd ? (int) in.varint(1, WireLimits.MAX_CONTENT_BYTES, "raw length") : in.remaining();
    if (in.remaining() == 0 || raw > WireLimits.MAX_CONTENT_BYTES) {
      throw WireReader.violation("chunk content of " + in.remaining() + " bytes, allowed are 1 to "
          + WireLimits.MAX_CONTENT_BYTES);
    }
    if (count == 0 && (flags & MORE) == 0) throw WireReader.violation("chunk without a message");
    return new ChunkHeader(flags, base, first, count, raw, in.position());
  }
}
