package org.openagi.p2p.messaging.journal;

import java.util.HashMap;
import java.util.Map;

/** One file of the chain and which messages it holds. Confined to the disk's thread. */
final class Segment implements JournalImage.Holder {
  private static final String SUFFIX = ".journal";

  final JournalFile file;
  final SegmentHeader header;

  /** Where the next record goes; the end of the last one in a segment that is complete. */
  long end = SegmentHeader.BYTES;

  /** Everything below was forced to the disk. */
  long syncedEnd = SegmentHeader.BYTES;

  /** Highest number that it holds of each outbox. */
  final Map<Integer, Long> lastNumbers = new HashMap<>();

  Segment(JournalFile file, SegmentHeader header) {
    this.file = file;
    this.header = header;
  }

  static String nameOf(long id) {
    return String.format("%016x", id) + SUFFIX;
  }

  /** The id in a name, 0 if it is not the name of a segment. */
  static long idOf(String name) {
    if (name.length() != 16 + SUFFIX.length() || !name.endsWith(SUFFIX)) return 0;
    long id = 0;
    for (int i = 0; i < 16; i++) {
      int digit = Character.digit(name.charAt(i), 16);
      if (digit < 0) return 0;
      id = id << 4 | digit;
    }
    return Math.max(0, id);
  }

  String name() {
    return nameOf(header.id());
  }

  long room() {
    return header.capacity() - end - RecordType.END_BYTES;
  }

  @Override
  public void holds(int outbox, long number) {
    lastNumbers.merge(outbox, number, Math::max);
  }
}
