package org.openagi.p2p.wire.yamux;

/**
 * Which of the peer's stream ids were used, in constant memory.
 *
 * <p>Peers that open streams from several threads may send the opening frames slightly out of order,
 * so the newest {@link #WINDOW} ids are remembered one by one; everything older counts as used.
 * Indexes are ids divided by two. Not thread-safe.
 */
final class SeenIds {
  /** Ids that may arrive out of order: the largest acknowledgement backlog of a good peer. */
  static final int WINDOW = 256;

  private final long[] recent = new long[WINDOW / Long.SIZE];
  private long next;

  /** Marks an index as used; false if it was used before or is too old to tell. */
  boolean tryMark(long index) {
    if (index >= next) {
      long gap = Math.min(index - next + 1, WINDOW);
      for (long i = index - gap + 1; i <= index; i++) clear(i);
      next = index + 1;
    } else if (wasSeen(index)) {
      return false;
    }
    recent[word(index)] |= 1L << index;
    return true;
  }

  boolean wasSeen(long index) {
    if (index >= next) return false;
    return index < next - WINDOW || (recent[word(index)] & (1L << index)) != 0;
  }

  private void clear(long index) {
    recent[word(index)] &= ~(1L << index);
  }

  private static int word(long index) {
    return (int) (index & (WINDOW - 1)) / Long.SIZE;
  }
}
