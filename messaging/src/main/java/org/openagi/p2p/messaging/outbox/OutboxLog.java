package org.openagi.p2p.messaging.outbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.Outcome;

/**
 * A numbered queue of entries from first unsettled to last appended: what waits to be sent and what waits for
 * its acknowledgement, in one place.
 *
 * <p>{@link #append} is safe for any thread; everything else is confined to the reader, unless it says so.
 *
 * @param <E> what is kept
 */
public interface OutboxLog<E extends Numbered> {
  /** The random name of this run of numbers. Any thread. */
  long epoch();

  /**
   * Appends an entry, which learns its number before any reader can see it. The caller has checked
   * limits; this never refuses. The entry is told when it is durable, or that it never will be.
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

  /**
   * Remembers how an entry ended, before it is dropped. To be called for those that were not simply acknowledged, and
   * for those with an id of their user's.
   */
  default void recordEnd(E entry, Outcome end) {}

  /** Numbers below may have been sent by an earlier process; 1 if there was none. */
  default long recoveredEnd() {
    return 1;
  }

  /** How many entries of an earlier process were not settled at the start. Any thread. */
  default int recoveredEntries() {
    return 0;
  }

  /** The bytes of their payloads. Any thread. */
  default long recoveredBytes() {
    return 0;
  }

  /**
   * Sets who is told, on any thread, that more became readable or was refused. A log whose entries can be read as soon
   * as they are appended never tells. Any thread.
   *
   * @return whether this log tells
   */
  default boolean onReadable(Runnable wakeUp) {
    return false;
  }

  /** Whether {@link #pollRefused} has entries. */
  default boolean hasRefused() {
    return false;
  }

  /** Takes entries that were appended and could not be made durable: no cursor will ever reach them. */
  default List<E> pollRefused() {
    return List.of();
  }

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
