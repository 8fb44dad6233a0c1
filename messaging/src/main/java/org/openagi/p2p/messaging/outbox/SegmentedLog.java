package org.openagi.p2p.messaging.outbox;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log in memory: a chain of segments with one slot a number.
 *
 * <p>A writer takes a number by one atomic addition and fills its slot; the reader stops at a slot that is
 * still empty, and the writer wakes it afterwards. So writers never wait for each other, and the number is
 * known when {@link #append} returns. Segments below the first unsettled number become garbage.
 *
 * @param <E> what is kept
 */
public class SegmentedLog<E extends Numbered> implements OutboxLog<E> {
  private static final int SHIFT = 8;
  private static final int SLOTS = 1 << SHIFT;
  private static final int MASK = SLOTS - 1;

  private static final class Segment<E> extends AtomicReferenceArray<E> {
    private static final long serialVersionUID = 1L;
    final long index;
    final AtomicReference<@Nullable Segment<E>> next = new AtomicReference<>();
    volatile @Nullable Segment<E> previous;

    Segment(long index, @Nullable Segment<E> previous) {
      super(SLOTS);
      this.index = index;
      this.previous = previous;
    }

    Segment<E> nextOrNew() {
      Segment<E> existing = next.getAcquire();
      if (existing != null) return existing;
      Segment<E> made = new Segment<>(index + 1, this);
      Segment<E> other = next.compareAndExchange(null, made);
      return other == null ? made : other;
    }
  }

  private final long epoch;
  private final boolean gated;
  private final AtomicLong nextNumber;
  private final AtomicReference<Segment<E>> tail; // a hint for writers, may lag or lead

  private Segment<E> head; // reader only, as all below
  private volatile long settleNumber;

  /** An empty log whose first number is 1 and whose entries can be read at once. */
  public SegmentedLog(long epoch) {
    this(epoch, 1, false);
  }

  /**
   * An empty log.
   *
   * @param first its first number
   * @param gated whether somebody else says when entries are accepted
   */
  public SegmentedLog(long epoch, long first, boolean gated) {
    this.epoch = epoch;
    this.gated = gated;
    this.nextNumber = new AtomicLong(first);
    this.settleNumber = first;
    this.head = new Segment<>(first >> SHIFT, null);
    this.tail = new AtomicReference<>(head);
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public long append(E entry) {
    long number = nextNumber.getAndIncrement();
    entry.assignNumber(number);
    if (!gated) entry.acceptAtOnce();
    segmentOf(number).setRelease((int) number & MASK, entry);
    return number;
  }

  private Segment<E> segmentOf(long number) {
    long index = number >> SHIFT;
    Segment<E> start = tail.getAcquire();
    Segment<E> segment = start;
    // The hint may be beyond our slot if this thread was slow. The way back exists: the reader cuts
    // it
    // only below what is settled, and our empty slot is not.
    while (segment.index > index) segment = back(segment);
    while (segment.index < index) segment = segment.nextOrNew();
    if (segment.index > start.index) tail.compareAndSet(start, segment);
    return segment;
  }

  private Segment<E> back(Segment<E> segment) {
    Segment<E> previous = segment.previous;
    if (previous == null) throw new IllegalStateException("log cut below an empty slot");
    return previous;
  }

  /** As elsewhere, but for any thread. */
  @Override
  public long firstUnsettled() {
    return settleNumber;
  }

  /** Whether anything is unsettled. Any thread. */
  public boolean isWaiting() {
    return settleNumber < nextNumber.get();
  }

  /** One more than the last number that was given. Any thread. */
  public long end() {
    return nextNumber.get();
  }

  /**
   * Shows the entries that are not settled, in order; one that is appended or settled meanwhile may be missed. Any
   * thread.
   */
  public void forEach(Consumer<? super E> action) {
    Segment<E> segment = tail.getAcquire();
    for (Segment<E> before = segment.previous; before != null; before = segment.previous) {
      segment = before;
    }
    for (Segment<E> at = segment; at != null; at = at.next.getAcquire()) {
      for (int slot = 0; slot < SLOTS; slot++) {
        E entry = at.getAcquire(slot);
        if (entry != null) action.accept(entry);
      }
    }
  }

  /** The entry of a number, null if it is settled or not appended. Any thread. */
  public @Nullable E find(long number) {
    long index = number >> SHIFT;
    Segment<E> segment = tail.getAcquire();
    while (segment != null && segment.index > index) segment = segment.previous;
    while (segment != null && segment.index < index) segment = segment.next.getAcquire();
    return segment == null ? null : segment.getAcquire((int) number & MASK);
  }

  @Override
  public final Cursor<E> cursor() {
    return new LogCursor<>(head, settleNumber);
  }

  @Override
  public void settleUpTo(long end) {
    if (end > nextNumber.get()) {
      throw new IllegalArgumentException("settled up to " + end + ", next is " + nextNumber.get());
    }
    long number = settleNumber;
    for (; number < end; ) {
      head.setPlain((int) number & MASK, null);
      number++;
      if ((number & MASK) == 0) {
        head = head.nextOrNew();
        head.previous = null;
      }
    }
    settleNumber = number;
  }

  private static final class LogCursor<E> implements Cursor<E> {
    private Segment<E> segment;
    private long number;

    LogCursor(Segment<E> segment, long number) {
      this.segment = segment;
      this.number = number;
    }

    @Override
    public long number() {
      return number;
    }

    @Override
    public @Nullable E peek() {
      return segment.getAcquire((int) number & MASK);
    }

    @Override
    public void advance() {
      number++;
      if ((number & MASK) == 0) segment = segment.nextOrNew();
    }
  }
}
