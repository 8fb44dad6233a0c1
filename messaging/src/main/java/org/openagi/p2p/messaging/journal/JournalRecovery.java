package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.DeadLetterLimits;

/**
 * Reads a journal: every record of every segment, in order; a torn end is found, damage named.
 *
 * <p>Changes nothing but for files that never held a record. Confined to its caller.
 *
 * @see "docs/wire/journal.md, section 4"
 */
final class JournalRecovery {
  /** What was read. */
  final JournalImage image;

  final List<Segment> segments = new ArrayList<>();

  /** Bytes behind the last whole record of the last segment, 0 if it ended in order. */
  long tornBytes;

  /** Whether the last process ended the journal in order. */
  boolean clean = true;

  /** Whether all that waits got new numbers. */
  boolean renumbered;

  private final JournalDisk disk;

  JournalRecovery(JournalDisk disk, DeadLetterLimits deadLetters) {
    this.disk = disk;
    this.image = new JournalImage(deadLetters, true);
  }

  /**
   * Reads it all.
   *
   * @throws JournalDamagedException naming file and offset
   */
  void run() throws IOException {
    TreeMap<Long, String> names = new TreeMap<>();
    for (String name : disk.list()) {
      long id = Segment.idOf(name);
      if (id > 0) names.put(id, name);
      if (name.equals(SegmentChain.SPARE)) disk.delete(name);
    }
    SegmentScanner before = null;
    for (var each : names.entrySet()) {
      long id = each.getKey();
      boolean last = id == names.lastKey();
      before = read(id, each.getValue(), last, before);
      if (before == null) return;
    }
  }

  /** Reads the next segment; null if it holds nothing, and then it is the last. */
  private @Nullable SegmentScanner read(
      long id, String name, boolean last, @Nullable SegmentScanner before) throws IOException {
    if (before != null && id != segments.getLast().header.id() + 1) {
      throw new JournalDamagedException(
          Segment.nameOf(segments.getLast().header.id() + 1), 0, "file is missing");
    }
    JournalFile file = disk.open(name);
    try {
      byte[] bytes = SegmentScanner.readAll(name, file);
      Optional<SegmentHeader> header = SegmentHeader.decode(bytes).filter(h -> h.id() == id);
      boolean announced = before != null && before.ended && before.nextId == id;
      if (before != null && !announced) {
        requireUnused(name, header, bytes, last, before);
        file.close();
        disk.delete(name);
        return null;
      }
      if (header.isEmpty() || (before != null && header.get().salt() != before.nextSalt)) {
        if (before != null || !last || hasContent(bytes)) {
          throw new JournalDamagedException(name, 0, "header is wrong");
        }
        file.close();
        disk.delete(name);
        return null;
      }
      return scan(new Segment(file, header.get()), bytes, last);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  static boolean hasContent(byte[] bytes) {
    for (int i = SegmentHeader.BYTES; i < bytes.length; i++) if (bytes[i] != 0) return true;
    return false;
  }

  /** The segment before does not name this one, so it was only being prepared; records in it say that this is wrong. */
  private void requireUnused(
      String name,
      Optional<SegmentHeader> header,
      byte[] bytes,
      boolean last,
      SegmentScanner before)
      throws IOException {
    boolean used = !last;
    if (header.isPresent()) {
      SegmentScanner scanner = new SegmentScanner(name, header.get(), bytes);
      scanner.scan((type, body, all, from, to) -> {});
      used |= scanner.groups > 0 || scanner.proofOfDamage() >= 0;
    }
    if (used) {
      throw new JournalDamagedException(
          segments.getLast().name(), before.tail, "ends here, but " + name + " goes on");
    }
  }

  private SegmentScanner scan(Segment segment, byte[] bytes, boolean last) throws IOException {
    SegmentScanner scanner = new SegmentScanner(segment.name(), segment.header, bytes);
    scanner.scan((type, body, all, from, to) -> image.onRecord(segment, type, body));
    segment.end = scanner.tail;
    segment.syncedEnd = scanner.tail;
    segments.add(segment);
    if (!scanner.ended) {
      clean = false;
      long proof = scanner.proofOfDamage();
      if (proof >= 0) {
        throw new JournalDamagedException(
            segment.name(),
            scanner.tail,
            "no whole record, but offset " + proof + " was written when there was one");
      }
      tornBytes = last ? scanner.tornBytes() : 0;
    } else {
      clean = scanner.nextId == 0;
      if (last && !clean) {
        throw new JournalDamagedException(Segment.nameOf(scanner.nextId), 0, "file is missing");
      }
    }
    return scanner;
  }

  void close() throws IOException {
    for (Segment segment : segments) segment.file.close();
  }
}
