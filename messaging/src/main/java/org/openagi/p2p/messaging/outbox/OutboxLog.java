package org.openagi.p2p.messaging.outbox;

import org.jspecify.annotations.Nullable;

/**
 * A numbered queue of entries from first unsettled to last appended: what waits to be sent and what waits for
 * its acknowledgement, in one place.
 *
 * <p>{@link #append} is safe for any thread; everything else is confined to the reader.
 *
 * @param <E> what is kept
 */
public interface OutboxLog<E extends Numbered> {
  /** The random name of this run of numbers. */
  long epoch();

  /**
   * Appends an entry, which learns its number before any reader can see it. The caller has checked
   * limits; this never refuses.
   *
   * @return the number, from 1 on without gaps
   */
  long append(E entry);

  /** The lowest number that is not settled; one more than the last appended if all are. */
  long firstUnsettled();

  /** A cursor at {@link #firstUnsettled}. */
  Cursor<E> cursor();

  /**
   * Declares everything below a number settled and drops it.
   *
   * @param end at most one more than the last number a cursor has passed
   */
  void settleUpTo(long end);

  /** Walks the log in order of numbers. Confined to the reader. */
  interface Cursor<E> {
    /** The number of the entry that {@link #peek} returns, or would. */
    long number();

    /** The entry here, null if it is not readable yet: not appended, or not durable. */
    @Nullable
    E peek();

    /** Goes one further. Only after {@link #peek} returned an entry. */
    void advance();
  }
}
