package org.openagi.p2p.messaging.bond;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.TreeMap;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.time.TimeSource;

/**
 * The receiving half of a bond: puts segments in order, drops those that came before, says how far the other end may
 * send. Confined as its bond.
 *
 * <p>Invariant: {@code consumed <= next <= offset of the first held segment}, and no held byte is at or beyond
 * {@code limit}, which is at most {@link BondLimits#MAX_WINDOW_BYTES} beyond {@code consumed}.
 */
final class Incoming {
  /** A window that is read through within this time is doubled. */
  private static final long GROW_NANOS = 200_000_000;

  private static final long NO_END = -1;

  private final BondCounters counters;
  private final TimeSource time;
  private final TreeMap<Long, ByteBuf> held = new TreeMap<>();
  private long heldBytes;
  private long next;
  private long consumed;
  private long end = NO_END;
  private boolean endTold;
  private int window = BondLimits.INITIAL_WINDOW_BYTES;
  private long limit = BondLimits.INITIAL_WINDOW_BYTES;
  private long markConsumed;
  private long markNanos;

  Incoming(BondCounters counters, TimeSource time) {
    this.counters = counters;
    this.time = time;
    this.markNanos = time.nanoTime();
  }

  /** Takes a segment. */
  void onData(BondFrame.Data data, byte[] body) throws ProtocolViolationException {
    int length = body.length - data.start();
    long offset = data.offset();
    long pieceEnd = offset + length;
    if (pieceEnd > limit || (end != NO_END && pieceEnd > end)) {
      throw WireReader.violation("segment " + offset + " to " + pieceEnd + ", allowed up to "
          + (end == NO_END ? limit : Math.min(limit, end)));
    }
    if (pieceEnd <= next || isHeld(offset, length)) {
      counters.duplicates.increment();
      return;
    }
    checkPlace(offset, pieceEnd);
    if (held.size() >= BondLimits.MAX_SEGMENTS) {
      throw WireReader.violation(
          held.size() + " segments wait for " + next + ", allowed are " + BondLimits.MAX_SEGMENTS);
    }
    held.put(offset, Unpooled.wrappedBuffer(body, data.start(), length));
    heldBytes += length;
  }

  private boolean isHeld(long offset, int length) {
    ByteBuf there = held.get(offset);
    return there != null && there.readableBytes() == length;
  }

  private void checkPlace(long offset, long pieceEnd) throws ProtocolViolationException {
    Map.Entry<Long, ByteBuf> before = held.floorEntry(offset);
    Map.Entry<Long, ByteBuf> after = held.ceilingEntry(offset);
    boolean cuts = offset < next
        || (before != null && before.getKey() + before.getValue().readableBytes() > offset)
        || (after != null && after.getKey() < pieceEnd);
    if (cuts) {
      throw WireReader.violation("segment " + offset + " to " + pieceEnd + " cuts another one");
    }
  }

  /** Takes the end of the stream. */
  void onEnd(long offset) throws ProtocolViolationException {
    long least =
        held.isEmpty() ? next : held.lastKey() + held.lastEntry().getValue().readableBytes();
    if (offset < least || offset > limit || (end != NO_END && end != offset)) {
      throw WireReader.violation("end at " + offset + ", " + (end == NO_END ? least : end)
          + " expected, allowed up to " + limit);
    }
    if (end != NO_END) counters.duplicates.increment();
    end = offset;
  }

  /** Hands over the next segment if it is here; false if not. */
  boolean handOver(BondListener to) {
    Map.Entry<Long, ByteBuf> first = held.firstEntry();
    if (first == null || first.getKey() != next) return false;
    held.pollFirstEntry();
    ByteBuf piece = first.getValue();
    heldBytes -= piece.readableBytes();
    next += piece.readableBytes();
    to.onData(piece);
    return true;
  }

  /** Whether the stream has ended and nobody was told yet; once. */
  boolean takeEnd() {
    if (endTold || end != next) return false;
    endTold = true;
    return true;
  }

  /** Whether everything was handed over, the end included. */
  boolean isDone() {
    return endTold;
  }

  /**
   * Bytes were read by whom they were handed to.
   *
   * @return whether the other end should hear of the new limit
   */
  boolean consumed(int bytes) {
    consumed += bytes;
    if (bytes < 0 || consumed > next) {
      throw new IllegalArgumentException("consumed " + consumed + " of " + next);
    }
    if (consumed - markConsumed >= window) grow();
    if (consumed + window - limit < window / 4) return false;
    limit = consumed + window;
    return true;
  }

  private void grow() {
    long now = time.nanoTime();
    if (now - markNanos < GROW_NANOS) window = Math.min(2 * window, BondLimits.MAX_WINDOW_BYTES);
    markConsumed = consumed;
    markNanos = now;
  }

  /** How far the other end may send. */
  long limit() {
    return limit;
  }

  /** Bytes that wait for a gap before them. */
  long heldBytes() {
    return heldBytes;
  }

  int heldSegments() {
    return held.size();
  }

  @Override
  public String toString() {
    return "received up to " + next + ", read up to " + consumed + ", " + held.size()
        + " segments held, limit " + limit;
  }

  void close() {
    held.clear();
    heldBytes = 0;
  }
}
