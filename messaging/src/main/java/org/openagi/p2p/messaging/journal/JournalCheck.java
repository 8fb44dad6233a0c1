package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.StoreReport;
import org.openagi.p2p.messaging.StoreReport.Damage;
import org.openagi.p2p.messaging.StoreReport.Torn;

/**
 * Reads a journal as {@link JournalRecovery} does, but changes nothing, and goes on behind what is damaged. A journal is
 * sound here exactly if it can be opened. Confined to its caller; used once.
 *
 * @see "docs/wire/journal.md, section 4"
 */
final class JournalCheck {
  /**
   * A segment of a journal that is in use.
   *
   * @param end bytes of it that count, all if negative
   */
  record Part(long id, long end) {}

  private final JournalView view;
  private final JournalImage image;
  private final List<Damage> damages = new ArrayList<>();
  private long moreDamages;
  private @Nullable Torn torn;
  private int files;
  private long records;
  private long bytesRead;

  /** The segment before, as far as it was read; null if nothing is known of it. */
  private @Nullable SegmentScanner before;

  private long beforeId;

  private JournalCheck(JournalView view, DeadLetterLimits deadLetters) {
    this.view = view;
    this.image = new JournalImage(deadLetters, false);
  }

  /** Looks at a journal that nobody works with. */
  static StoreReport ofStopped(JournalView view, DeadLetterLimits deadLetters) throws IOException {
    JournalCheck check = new JournalCheck(view, deadLetters);
    TreeSet<Long> ids = new TreeSet<>();
    for (String name : view.list()) {
      if (Segment.idOf(name) > 0) ids.add(Segment.idOf(name));
    }
    for (long id : ids) check.look(id, id == ids.last());
    return check.report(false);
  }

  /**
   * Looks at a journal while a process works with it: whole files, and the last one up to where it was written.
   *
   * @param parts tells the segments at any moment, in order
   */
  static StoreReport ofUsed(
      JournalView view, Supplier<List<Part>> parts, DeadLetterLimits deadLetters)
      throws IOException {
    JournalCheck check = new JournalCheck(view, deadLetters);
    for (Part part : parts.get()) check.look(part, parts);
    return check.report(true);
  }

  private StoreReport report(boolean inUse) {
    long messages = 0;
    for (var each : image.outboxes.entrySet()) {
      messages += each.getValue().entries.size();
      String tooWide = each.getValue().tooWide(each.getKey());
      if (tooWide != null) damage(Segment.nameOf(beforeId), 0, tooWide);
    }
    int letters = (int) image.ends().stream()
        .filter(each -> !each.end().outcome().isAcknowledged())
        .count();
    return new StoreReport(
        files, records, bytesRead, messages, letters, damages, moreDamages, torn, inUse);
  }

  // ---- nobody works with it ----

  private void look(long id, boolean last) throws IOException {
    String name = Segment.nameOf(id);
    if (beforeId != 0 && id != beforeId + 1) {
      damage(Segment.nameOf(beforeId + 1), 0, "file is missing");
      before = null;
    }
    Optional<byte[]> content = content(name);
    if (content.isEmpty()) {
      forget(id);
      return;
    }
    byte[] bytes = content.get();
    SegmentHeader header = header(id, bytes, last);
    if (header == null) return;
    SegmentScanner scanner = scan(id, header, bytes);
    if (last) lookAtEnd(name, scanner);
  }

  /** How to read a segment; null if that is not possible, or there is nothing in it. */
  private @Nullable SegmentHeader header(long id, byte[] bytes, boolean last) throws IOException {
    String name = Segment.nameOf(id);
    SegmentHeader own = SegmentHeader.decode(bytes).filter(h -> h.id() == id).orElse(null);
    SegmentScanner previous = before;
    if (previous == null) {
      if (own != null) return own;
      if (beforeId == 0 && last && !JournalRecovery.hasContent(bytes)) return null;
      damage(name, 0, "header is wrong");
      forget(id);
      return null;
    }
    if (!previous.ended || previous.nextId != id) {
      if (last && (own == null || !isUsed(name, own, bytes))) {
        lookAtEnd(Segment.nameOf(beforeId), previous);
        return null;
      }
      damage(Segment.nameOf(beforeId), previous.tail, "ends here, but " + name + " goes on");
      if (own == null) forget(id);
      return own;
    }
    if (own != null && own.salt() == previous.nextSalt) return own;
    damage(name, 0, "header is wrong");
    return new SegmentHeader(id, previous.nextSalt, bytes.length, 0, 0, true);
  }

  private static boolean isUsed(String name, SegmentHeader header, byte[] bytes)
      throws IOException {
    SegmentScanner scanner = new SegmentScanner(name, header, bytes);
    scanner.scan((type, body, all, from, to) -> {});
    return scanner.groups > 0 || scanner.proofOfDamage() >= 0;
  }

  private void lookAtEnd(String name, SegmentScanner scanner) {
    if (!scanner.ended) {
      long length = scanner.tornBytes();
      if (length > 0) torn = new Torn(name, scanner.tail, length);
    } else if (scanner.nextId != 0) {
      damage(Segment.nameOf(scanner.nextId), 0, "file is missing");
    }
  }

  // ---- somebody works with it ----

  private void look(Part part, Supplier<List<Part>> parts) throws IOException {
    String name = Segment.nameOf(part.id());
    int known = damages.size();
    long knownMore = moreDamages;
    Optional<byte[]> content = content(name);
    if (content.isPresent()) {
      byte[] all = content.get();
      byte[] bytes =
          part.end() < 0 ? all : Arrays.copyOf(all, (int) Math.min(all.length, part.end()));
      look(part, bytes);
    }
    boolean isThere = parts.get().stream().anyMatch(each -> each.id() == part.id());
    if (isThere) return;
    // Its file was given away while it was read: what seems wrong with it is something else's
    // content.
    while (damages.size() > known) damages.removeLast();
    moreDamages = knownMore;
    before = null;
  }

  private void look(Part part, byte[] bytes) throws IOException {
    String name = Segment.nameOf(part.id());
    SegmentHeader header =
        SegmentHeader.decode(bytes).filter(h -> h.id() == part.id()).orElse(null);
    SegmentScanner previous = before;
    boolean isRight = header != null && (previous == null || header.salt() == previous.nextSalt);
    if (header == null || !isRight) {
      damage(name, 0, "header is wrong");
      forget(part.id());
      return;
    }
    SegmentScanner scanner = scan(part.id(), header, bytes);
    boolean isWhole = part.end() < 0 ? scanner.ended : scanner.tail == bytes.length;
    if (!isWhole) {
      damage(name, scanner.tail, "no whole record, though more was written");
      before = null;
    }
  }

  // ---- both ----

  private Optional<byte[]> content(String name) throws IOException {
    Optional<JournalFile> found = view.open(name);
    if (found.isEmpty()) {
      damage(name, 0, "file is missing");
      return Optional.empty();
    }
    try (JournalFile file = found.get()) {
      files++;
      bytesRead += file.size();
      return Optional.of(SegmentScanner.readAll(name, file));
    } catch (JournalDamagedException e) {
      damage(name, e.offset(), e.what());
    } catch (IOException e) {
      damage(name, 0, "cannot be read: " + e.getMessage());
    }
    return Optional.empty();
  }

  private void forget(long id) {
    before = null;
    beforeId = id;
  }

  /** Reads all records, and goes on behind those that are damaged. */
  private SegmentScanner scan(long id, SegmentHeader header, byte[] bytes) throws IOException {
    String name = Segment.nameOf(id);
    SegmentScanner scanner = new SegmentScanner(name, header, bytes);
    while (true) {
      try {
        scanner.scan((type, body, all, from, to) -> take(type, body));
      } catch (JournalDamagedException e) {
        damage(name, e.offset(), e.what());
        scanner.skip();
        continue;
      }
      long next = scanner.ended ? -1 : scanner.proofOfDamage();
      if (next < 0) break;
      damage(
          name,
          scanner.tail,
          "no whole record, but offset " + next
              + " was written when there was one; read on from there");
      scanner.tail = next;
    }
    records += scanner.groups + (scanner.ended ? 1 : 0);
    before = scanner;
    beforeId = id;
    return scanner;
  }

  /** What is missing behind damage is no damage of its own. */
  private void take(int type, RecordReader body) throws RecordReader.MalformedException {
    try {
      image.onRecord((outbox, number) -> {}, type, body);
    } catch (RecordReader.UnknownLaneException e) {
      if (damages.isEmpty()) throw e;
    }
    records++;
  }

  private void damage(String file, long offset, String what) {
    if (damages.size() < StoreReport.MAX_DAMAGES) damages.add(new Damage(file, offset, what));
    else moreDamages++;
  }
}
