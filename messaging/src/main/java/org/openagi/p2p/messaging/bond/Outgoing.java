package org.openagi.p2p.messaging.bond;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.time.TimeSource;

/**
 * The sending half of a bond: cuts the stream into segments, chooses a path for each, keeps them until they have
 * arrived. Confined as its bond.
 *
 * <p>Invariants: every byte written is in {@link #fresh}, or in {@link #window} until it has arrived; nothing beyond
 * {@link #limit} is on its way; {@link #window} spans at most {@link BondLimits#MAX_SEGMENTS}; a segment that has not
 * arrived is on its way over some path, or waits in {@link #again}.
 */
final class Outgoing {
  /** Bytes waiting for a path from which on the writer should stop. */
  static final int HIGH_WATER_BYTES = 128 << 10;

  /** Bytes waiting that a writer who does not stop may reach. */
  static final int MAX_WAITING_BYTES = 16 << 20;

  /** Segments below are copied behind their header. */
  private static final int COPY_BYTES = 4 << 10;

  /** Paths expected to be slower by less than a quarter and this take turns with the fastest. */
  private static final long EVEN_NANOS = 50_000;

  /** The same for segments that are not copied, with half instead of a quarter: what was measured under load is rough. */
  private static final long EVEN_NANOS_OF_BULK = 500_000;

  private final List<BondPath> paths;
  private final BondCounters counters;
  private final TimeSource time;
  private final ByteBufAllocator allocator;
  private final byte[] header = new byte[BondFrame.DATA_HEADER_BYTES];

  private final ArrayDeque<Segment> fresh = new ArrayDeque<>();
  private final ArrayDeque<Segment> window = new ArrayDeque<>();
  private final PriorityQueue<Segment> again =
      new PriorityQueue<>(Comparator.comparingLong(Segment::offset));
  private long writtenEnd;
  private long waitingBytes;
  private long limit = BondLimits.INITIAL_WINDOW_BYTES;
  private long turn;
  private boolean ending;
  private boolean refusedWrites;

  Outgoing(
      List<BondPath> paths, BondCounters counters, TimeSource time, ByteBufAllocator allocator) {
    this.paths = paths;
    this.counters = counters;
    this.time = time;
    this.allocator = allocator;
  }

  /**
   * Takes bytes to send.
   *
   * @return false if so many wait that the writer is out of order
   */
  boolean write(ByteBuf data) {
    if (ending || !data.isReadable()) {
      data.release();
      return true;
    }
    waitingBytes += data.readableBytes();
    while (data.readableBytes() > BondLimits.MAX_SEGMENT_BYTES) {
      add(data.readRetainedSlice(BondLimits.MAX_SEGMENT_BYTES));
    }
    add(data);
    return waitingBytes <= MAX_WAITING_BYTES;
  }

  private void add(ByteBuf data) {
    Segment segment = new Segment(writtenEnd, data);
    writtenEnd = segment.end();
    fresh.addLast(segment);
  }

  /** The stream ends after what was written. */
  void end() {
    if (ending) return;
    ending = true;
    fresh.addLast(new Segment(writtenEnd, null));
  }

  boolean isWritable() {
    boolean writable = !ending && waitingBytes < HIGH_WATER_BYTES;
    if (!writable) refusedWrites = true;
    return writable;
  }

  /** Whether the writer was told to stop, and may go on. */
  boolean takeWritable() {
    if (!refusedWrites || ending || waitingBytes >= HIGH_WATER_BYTES) return false;
    refusedWrites = false;
    return true;
  }

  /** Whether everything has arrived, the end of the stream included. */
  boolean isDone() {
    return ending && fresh.isEmpty() && window.isEmpty();
  }

  /** Sends what may be sent now. */
  void send() {
    Segment segment;
    while ((segment = next()) != null) {
      long now = time.nanoTime();
      BondPath path = choose(segment.length(), now);
      if (path == null) return;
      take(segment);
      send(segment, path, now);
    }
  }

  /** The segment that is to be sent next; it stays where it is until {@link #take}. */
  private @Nullable Segment next() {
    Segment lost;
    while ((lost = again.peek()) != null && lost.hasArrived()) {
      again.poll();
      lost.waitsAgain = false;
    }
    if (lost != null) return lost;
    Segment first = fresh.peekFirst();
    if (first == null || window.size() >= BondLimits.MAX_SEGMENTS) return null;
    if (first.end() <= limit) return first;
    // Whatever room there is must be usable: who reads may wait for just these bytes.
    if (!window.isEmpty() || first.offset() >= limit) return null;
    fresh.pollFirst();
    Segment[] halves = first.splitAt((int) (limit - first.offset()));
    fresh.addFirst(halves[1]);
    fresh.addFirst(halves[0]);
    return halves[0];
  }

  private void take(Segment segment) {
    if (segment.waitsAgain) {
      again.poll();
      segment.waitsAgain = false;
      counters.segmentsSentAgain.increment();
    } else {
      fresh.pollFirst();
      window.addLast(segment);
      waitingBytes -= segment.length();
      counters.segmentsSent.increment();
    }
  }

  /** The path that is expected to deliver first; null to wait for it, if it is full. */
  private @Nullable BondPath choose(int bytes, long now) {
    long best = Long.MAX_VALUE;
    for (BondPath path : paths) {
      if (isCandidate(path)) best = Math.min(best, path.expectedNanos(bytes, now));
    }
    if (best == Long.MAX_VALUE) return null;
    long even = best + (bytes < COPY_BYTES ? best / 4 + EVEN_NANOS : best / 2 + EVEN_NANOS_OF_BULK);
    BondPath found = null;
    for (BondPath path : paths) {
      if (!isCandidate(path) || !path.hasRoom() || path.expectedNanos(bytes, now) > even) continue;
      if (found == null || path.usedAt < found.usedAt) found = path;
    }
    if (found != null) found.usedAt = ++turn;
    return found;
  }

  private boolean isCandidate(BondPath path) {
    return path.maySend() && (paths.size() == 1 || !path.meter().isTried());
  }

  private void send(Segment segment, BondPath path, long now) {
    segment.copies++;
    path.flights.addLast(new BondPath.Flight(segment, now));
    path.flightBytes += segment.length();
    path.meter().onSent(segment.length(), now);
    path.unflushed = true;
    ByteBuf data = segment.data();
    if (data == null) {
      path.link().write(copy(new BondFrame.End(segment.offset()).toFrame()));
      return;
    }
    int length = BondFrame.writeDataHeader(header, segment.offset(), segment.length());
    boolean small = segment.length() < COPY_BYTES;
    ByteBuf head = allocator.directBuffer(length + (small ? segment.length() : 0));
    head.writeBytes(header, 0, length);
    if (small) head.writeBytes(data, data.readerIndex(), segment.length());
    path.link().write(head);
    if (!small) path.link().write(data.retainedDuplicate());
  }

  private ByteBuf copy(byte[] frame) {
    return allocator.directBuffer(frame.length).writeBytes(frame);
  }

  /** So many frames arrived over a path, and the stream may be sent so far. */
  void onAck(BondPath path, long frames, long newLimit) throws ProtocolViolationException {
    long arrived = frames - path.framesArrived;
    if (arrived < 0 || arrived > path.flights.size()) {
      throw WireReader.violation("path " + path.number() + " acknowledges frame " + frames + ", "
          + path.framesArrived + " were and " + path.flights.size() + " more were sent");
    }
    long now = time.nanoTime();
    path.framesArrived = frames;
    for (long i = 0; i < arrived; i++) {
      BondPath.Flight flight = path.flights.removeFirst();
      Segment segment = flight.segment();
      path.flightBytes -= segment.length();
      path.meter().onArrived(segment.length(), flight.sentNanos(), now);
      path.lastArrivedSentNanos = flight.sentNanos();
      segment.copies--;
      if (!segment.hasArrived()) segment.drop();
    }
    if (arrived > 0) path.late = false;
    limit = Math.max(limit, newLimit);
    shrinkWindow();
  }

  /**
   * Nobody allows more than the largest window: bytes further back have arrived, though their path may not say so yet.
   * That says nothing of the end.
   */
  private void shrinkWindow() {
    Segment first;
    while ((first = window.peekFirst()) != null) {
      boolean consumed = first.length() > 0 && first.end() <= limit - BondLimits.MAX_WINDOW_BYTES;
      if (!first.hasArrived() && !consumed) return;
      if (!first.hasArrived()) first.drop();
      window.pollFirst();
    }
  }

  /** A path is gone: what it carried goes over the others. */
  void onPathLost(BondPath path) {
    for (BondPath.Flight flight : path.flights) {
      Segment segment = flight.segment();
      segment.copies--;
      if (segment.copies == 0) sendAgain(segment);
    }
    path.clearFlights(time.nanoTime());
  }

  private void sendAgain(Segment segment) {
    if (segment.hasArrived() || segment.waitsAgain) return;
    segment.waitsAgain = true;
    again.add(segment);
  }

  /** Looks for paths that are late while another one is not: what they carry is sent over that, too. */
  void checkLate(long now) {
    for (BondPath path : paths) {
      if (!path.maySend() || path.lateAtNanos(now) - now > 0) continue;
      if (paths.stream().noneMatch(other -> other.outruns(path))) continue;
      path.late = true;
      for (BondPath.Flight flight : path.flights) sendAgain(flight.segment());
    }
  }

  /** When {@link #checkLate} has something to do, or should look again. */
  long nextDeadlineNanos(long now) {
    if (paths.size() < 2) return Bond.NEVER;
    long next = Bond.NEVER;
    for (BondPath path : paths) {
      if (path.maySend()) next = Math.min(next, path.lateAtNanos(now));
    }
    return next == Bond.NEVER ? next : Math.max(next, now + BondPath.LATE_NANOS / 8);
  }

  /** Drops everything. */
  void close() {
    fresh.forEach(Segment::drop);
    window.forEach(segment -> {
      if (!segment.hasArrived()) segment.drop();
    });
    fresh.clear();
    window.clear();
    again.clear();
    long now = time.nanoTime();
    for (BondPath path : paths) path.clearFlights(now);
  }

  @Override
  public String toString() {
    return "sent " + windowBytes() + " bytes in " + window.size()
        + " segments that have not all arrived, "
        + again.size() + " to be sent again, " + waitingBytes + " bytes fresh, " + writtenEnd
        + " written, limit " + limit;
  }

  /** Bytes from the first that has not arrived to the last that was sent. */
  long windowBytes() {
    return window.isEmpty() ? 0 : window.peekLast().end() - window.peekFirst().offset();
  }

  int windowSegments() {
    return window.size();
  }
}
