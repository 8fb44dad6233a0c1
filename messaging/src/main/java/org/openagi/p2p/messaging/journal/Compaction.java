package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.util.Map;

/** Finds the messages of a segment that still wait, and copies them to the end of the journal. Confined to its caller. */
final class Compaction {
  private final Segment segment;
  private final Map<Integer, JournalOutbox> outboxes;
  private final byte[] bytes;
  private long liveBytes;
  private int liveEntries;

  /**
   * Reads the segment.
   *
   * @throws JournalDamagedException if the disk changed it
   */
  Compaction(Segment segment, Map<Integer, JournalOutbox> outboxes) throws IOException {
    this.segment = segment;
    this.outboxes = outboxes;
    this.bytes = SegmentScanner.readAll(segment.name(), segment.file);
    forEachLive((outbox, number, from, to) -> {
      liveEntries++;
      liveBytes += to - from + RecordType.HEADER_BYTES;
    });
  }

  private interface Action {
    void on(JournalOutbox outbox, long number, int from, int to) throws IOException;
  }

  private void forEachLive(Action action) throws IOException {
    SegmentScanner scanner = new SegmentScanner(segment.name(), segment.header, bytes);
    scanner.scan((type, body, all, from, to) -> {
      if (type != RecordType.ENTRY) return;
      JournalOutbox outbox = outboxes.get((int) body.varint());
      long number = body.number();
      if (outbox != null && outbox.isLive(number)) action.on(outbox, number, from, to);
    });
    if (!scanner.ended) {
      throw new JournalDamagedException(
          segment.name(), scanner.tail, "no whole record in a segment that was complete");
    }
  }

  long liveBytes() {
    return liveBytes;
  }

  int liveEntries() {
    return liveEntries;
  }

  void copyTo(JournalRecords records, SegmentChain chain) throws IOException {
    forEachLive((outbox, number, from, to) -> {
      records.copy(RecordType.ENTRY, bytes, from, to);
      chain.active().holds(outbox.id(), number);
    });
  }
}
