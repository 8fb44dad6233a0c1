package org.openagi.p2p.messaging.bond;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A piece of the stream, kept until it has arrived. */
final class Segment {
  private final long offset;
  private final int length;
  private @Nullable ByteBuf data;
  private boolean arrived;

  /** Paths it is on its way over. */
  int copies;

  /** Whether it waits to be sent once more. */
  boolean waitsAgain;

  /**
   * A segment.
   *
   * @param data the segment's to release, null for the end of the stream
   */
  Segment(long offset, @Nullable ByteBuf data) {
    this.offset = offset;
    this.data = data;
    this.length = data == null ? 0 : data.readableBytes();
  }

  long offset() {
    return offset;
  }

  int length() {
    return length;
  }

  long end() {
    return offset + length;
  }

  boolean hasArrived() {
    return arrived;
  }

  @Nullable
  ByteBuf data() {
    return data;
  }

  /** It has arrived, or nobody waits for it any more. */
  void drop() {
    arrived = true;
    ByteBuf held = data;
    data = null;
    if (held != null) held.release();
  }

  /** Splits off the first bytes; this segment must not be used after it. */
  Segment[] splitAt(int bytes) {
    ByteBuf whole = data;
    if (whole == null || bytes <= 0 || bytes >= length) {
      throw new IllegalStateException("segment of " + length + " split at " + bytes);
    }
    Segment head = new Segment(offset, whole.readRetainedSlice(bytes));
    Segment tail = new Segment(offset + bytes, whole);
    data = null;
    return new Segment[] {head, tail};
  }
}
