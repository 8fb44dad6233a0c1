package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.time.TimeSource;

/**
 * The segments of a journal: appends to the last, begins the next one when it is full, drops the first. Confined to the
 * disk's thread.
 *
 * <p>Every exception leaves the chain unusable: what was written may or may not be there, and nothing is tried again.
 *
 * @see "docs/wire/journal.md, sections 2 and 5"
 */
final class SegmentChain implements RecordSink {
  /** What is collected before it is written. */
  private static final int BUFFER_BYTES = 1 << 20;

  /** Zeros written at a time into a file that is being prepared. */
  private static final int FILL_BYTES = 256 << 10;

  private static final int GROUP_BYTES = RecordType.HEADER_BYTES + RecordType.GROUP_BODY_BYTES;
  private static final int FIRST_SEGMENT_BYTES = 256 << 10;
  private static final long TRUNCATE_WASTE_BYTES = 16 << 10;

  /** The name of a file that is being prepared. */
  static final String SPARE = "spare";

  /** Gives the state that each segment starts with. */
  interface Snapshots {
    List<byte[]> snapshot();
  }

  private final JournalDisk disk;
  private final JournalConfig config;
  private final RandomGenerator random;
  private final TimeSource time;
  private final Snapshots snapshots;
  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private final CRC32C crc = new CRC32C();
  private final RecordWriter own = new RecordWriter();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int buffered;
  private boolean groupOpen;
  private long groups;
  private int nextCapacity;

  private @Nullable JournalFile spare;
  private long spareFilled;
  private boolean spareReady;

  private long bytesUsed;

  /** What other threads may read: the segments, and how far the last one was written. */
  private record Visible(List<Long> ids, long lastEnd) {}

  private volatile Visible visible = new Visible(List.of(), 0);

  SegmentChain(
      JournalDisk disk,
      JournalConfig config,
      RandomGenerator random,
      TimeSource time,
      Snapshots snapshots) {
    this.disk = disk;
    this.config = config;
    this.random = random;
    this.time = time;
    this.snapshots = snapshots;
    this.nextCapacity = Math.min(config.segmentBytes(), FIRST_SEGMENT_BYTES);
  }

  /** Takes over a segment of an earlier process, in order. */
  void adopt(Segment segment, boolean last) throws IOException {
    segments.addLast(segment);
    bytesUsed += last ? segment.end : segment.file.size();
  }

  /** The segments, as others may read them. Any thread. */
  List<JournalCheck.Part> parts() {
    Visible now = visible;
    List<JournalCheck.Part> parts = new ArrayList<>();
    for (int i = 0; i < now.ids.size(); i++) {
      boolean last = i == now.ids.size() - 1;
      parts.add(new JournalCheck.Part(now.ids.get(i), last ? now.lastEnd : -1));
    }
    return parts;
  }

  private void showSegments() {
    List<Long> ids = segments.stream().map(segment -> segment.header.id()).toList();
    visible = new Visible(ids, active().end);
  }

  Segment oldest() {
    return segments.getFirst();
  }

  Segment active() {
    return segments.getLast();
  }

  int count() {
    return segments.size();
  }

  /** Bytes that records and ends of files take. */
  long bytesUsed() {
    return bytesUsed;
  }

  /** Begins a new segment, the first one of this process. */
  void start(long firstId) throws IOException {
    roll(0, segments.isEmpty() ? firstId : active().header.id() + 1);
  }

  /** Appends a record; it is durable when {@link #endGroup} returns. */
  @Override
  public void append(RecordWriter record, byte[] rest, int restFrom, int restLength)
      throws IOException {
    int length = record.length() + restLength;
    if (active().room() - buffered < (groupOpen ? length : length + GROUP_BYTES)) {
      roll(length, active().header.id() + 1);
    }
    openGroup();
    put(record.array(), record.length(), rest, restFrom, restLength);
  }

  private void openGroup() throws IOException {
    if (groupOpen) return;
    groupOpen = true;
    own.begin(RecordType.GROUP).u64(active().syncedEnd).u64(++groups).u64(time.epochMillis());
    put(own.array(), own.length(), own.array(), 0, 0);
  }

  private void put(byte[] head, int headLength, byte[] rest, int restFrom, int restLength)
      throws IOException {
    Segment to = active();
    long place = to.end + buffered;
    int length = headLength + restLength;
    ByteBuffer view = ByteBuffer.wrap(head);
    view.putInt(4, length - RecordType.HEADER_BYTES);
    crc.reset();
    crc.update(head, 4, headLength - 4);
    if (restLength > 0) crc.update(rest, restFrom, restLength);
    view.putInt(0, (int) crc.getValue() ^ to.header.salt() ^ (int) place);
    bytesUsed += length;
    if (buffered + length > BUFFER_BYTES) flush();
    if (length > BUFFER_BYTES) {
      to.file.write(to.end, head, 0, headLength);
      for (int done = 0; done < restLength; done += BUFFER_BYTES) {
        int piece = Math.min(BUFFER_BYTES, restLength - done);
        to.file.write(to.end + headLength + done, rest, restFrom + done, piece);
      }
      to.end += length;
      return;
    }
    System.arraycopy(head, 0, buffer, buffered, headLength);
    System.arraycopy(rest, restFrom, buffer, buffered + headLength, restLength);
    buffered += length;
  }

  private void flush() throws IOException {
    if (buffered == 0) return;
    Segment to = active();
    to.file.write(to.end, buffer, 0, buffered);
    to.end += buffered;
    buffered = 0;
  }

  /** Bytes appended since the last group ended, about. */
  int buffered() {
    return buffered;
  }

  /**
   * Writes what was appended.
   *
   * @param force whether it must be durable when this returns
   */
  void endGroup(boolean force) throws IOException {
    flush();
    groupOpen = false;
    Segment to = active();
    visible = new Visible(visible.ids, to.end);
    if (!force || to.syncedEnd == to.end) return;
    if (config.sync() == JournalConfig.Sync.ALWAYS) {
      to.file.sync();
      to.syncedEnd = to.end;
    }
  }

  /**
   * Begins the next segment: first it is made and named durably, then the last record of the one before it is, and only
   * then it gets records.
   */
  private void roll(int needed, long id) throws IOException {
    List<byte[]> state = snapshots.snapshot();
    long least = SegmentHeader.BYTES + 2L * GROUP_BYTES + RecordType.END_BYTES + needed;
    for (byte[] record : state) least += record.length;
    if (!segments.isEmpty()) flush();
    Segment next = prepare(id, least);
    if (!segments.isEmpty()) complete(active(), next.header);
    segments.addLast(next);
    showSegments();
    bytesUsed += SegmentHeader.BYTES;
    groupOpen = false;
    openGroup();
    for (byte[] record : state) {
      put(record, record.length, record, 0, 0);
    }
  }

  /** The last record is written when all before it is durable: whoever finds it knows that. */
  private void complete(Segment last, @Nullable SegmentHeader next) throws IOException {
    if (last.syncedEnd < last.end) last.file.sync();
    own.begin(RecordType.END);
    if (next == null) own.u64(0).u32(0);
    else own.u64(next.id()).u32(next.salt());
    put(own.array(), own.length(), own.array(), 0, 0);
    flush();
    last.file.sync();
    last.syncedEnd = last.end;
    long waste = last.file.size() - last.end;
    if (waste < TRUNCATE_WASTE_BYTES) bytesUsed += Math.max(0, waste);
    else if (next != null) last.file.truncate(last.end);
  }

  private Segment prepare(long id, long least) throws IOException {
    String name = Segment.nameOf(id);
    JournalFile file = spare;
    long capacity;
    if (file != null && spareReady && file.size() >= least) {
      capacity = file.size();
      disk.rename(SPARE, name);
      spare = null;
      spareReady = false;
    } else {
      capacity = Math.max(nextCapacity, least);
      file = disk.create(name);
      fill(file, 0, capacity);
    }
    nextCapacity = (int) Math.min(config.segmentBytes(), 4L * nextCapacity);
    boolean forced = config.sync() == JournalConfig.Sync.ALWAYS;
    SegmentHeader header = new SegmentHeader(
        id, random.nextInt(), capacity, time.epochMillis(), config.bootId(), forced);
    disk.sync();
    file.write(0, header.encode(), 0, SegmentHeader.BYTES);
    file.sync();
    return new Segment(file, header);
  }

  private static void fill(JournalFile file, long from, long to) throws IOException {
    byte[] zeros = new byte[(int) Math.min(FILL_BYTES, to - from)];
    for (long at = from; at < to; at += zeros.length) {
      file.write(at, zeros, 0, (int) Math.min(zeros.length, to - at));
    }
  }

  /** Prepares the next file a little further, so that nobody waits for a whole one. */
  void prepareAhead() throws IOException {
    Segment last = active();
    if (spareReady || last.end < last.header.capacity() / 2) return;
    if (spare == null) {
      spare = disk.create(SPARE);
      spareFilled = 0;
    }
    long to = Math.min(nextCapacity, spareFilled + 4 * FILL_BYTES);
    fill(spare, spareFilled, to);
    spare.sync();
    spareFilled = to;
    spareReady = spareFilled >= nextCapacity;
  }

  /** Drops the oldest segment, durably before it returns. Never the last one. */
  void dropOldest() throws IOException {
    if (segments.size() < 2) throw new IllegalStateException("the active segment is needed");
    Segment first = segments.removeFirst();
    showSegments();
    bytesUsed -= first.file.size();
    if (spare == null && first.file.size() >= nextCapacity) {
      disk.rename(first.name(), SPARE);
      spare = first.file;
      spareReady = true;
    } else {
      disk.delete(first.name());
      first.file.close();
    }
    disk.sync();
  }

  /** Ends in order: the last segment says that nothing follows. */
  void finish() throws IOException {
    endGroup(false);
    complete(active(), null);
    if (spare != null) disk.delete(SPARE);
    disk.sync();
  }

  /** Lets go of the files, whatever their state. */
  void closeFiles() throws IOException {
    for (Segment segment : segments) segment.file.close();
    if (spare != null) spare.close();
  }
}
