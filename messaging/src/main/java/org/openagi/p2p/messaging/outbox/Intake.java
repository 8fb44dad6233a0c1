package org.openagi.p2p.messaging.outbox;

import org.openagi.p2p.core.time.TimeSource;

/**
 * Takes messages from the log of a lane: with that their lifetime begins, whether they can be sent or not. Keeps the time
 * of the lane, read once for all that is done in one go. Confined to the lane.
 */
final class Intake {
  private static final long NANOS_OF_MILLI = 1_000_000;

  private final OutboxLog.Cursor<OutboxEntry> cursor;
  private final TimeSource time;
  private final long defaultLifetimeNanos;
  private long earliestDeadlineNanos = SendLane.NEVER;
  private boolean holdsTied;
  private long nowNanos;
  private long nowEpochMillis;

  Intake(OutboxLog<OutboxEntry> log, SendConfig config, TimeSource time) {
    this.cursor = log.cursor();
    this.time = time;
    this.defaultLifetimeNanos = config.lifetime().toNanos();
  }

  void readClock() {
    nowNanos = time.nanoTime();
    nowEpochMillis = time.epochMillis();
  }

  /** When the clock was read. */
  long nowNanos() {
    return nowNanos;
  }

  /** The same by the wall clock. */
  long nowEpochMillis() {
    return nowEpochMillis;
  }

  /** One more than the last number that was taken. */
  long end() {
    return cursor.number();
  }

  boolean hasMore() {
    return cursor.peek() != null;
  }

  /** Takes all that is there. */
  void takeAll() {
    OutboxEntry entry;
    while ((entry = cursor.peek()) != null) take(entry);
  }

  /** Takes the next one. */
  void take(OutboxEntry next) {
    // The clock may be old when much is sent in one go; a lifetime of the message's own is not cut
    // by that.
    long from = next.lifetimeMillis() == 0 ? nowNanos : time.nanoTime();
    long deadline = from + nanosLeft(next);
    next.admit(deadline, nowEpochMillis);
    onDeadline(deadline);
    if (next.isTied()) holdsTied = true;
    cursor.advance();
  }

  private long nanosLeft(OutboxEntry entry) {
    if (entry.deadlineEpochMillis() != 0) {
      return (entry.deadlineEpochMillis() - nowEpochMillis) * NANOS_OF_MILLI;
    }
    long lifetimeMillis = entry.lifetimeMillis();
    return lifetimeMillis == 0 ? defaultLifetimeNanos : lifetimeMillis * NANOS_OF_MILLI;
  }

  /** The earliest deadline of what was taken, or one before it. */
  long earliestDeadlineNanos() {
    return earliestDeadlineNanos;
  }

  /** Forgets the deadlines; those that still matter are told of anew. */
  void forgetDeadlines() {
    earliestDeadlineNanos = SendLane.NEVER;
  }

  void onDeadline(long deadlineNanos) {
    if (deadlineNanos < earliestDeadlineNanos) earliestDeadlineNanos = deadlineNanos;
  }

  /** Whether messages tied to a connection may have been taken since this was asked last. */
  boolean pollHoldsTied() {
    boolean held = holdsTied;
    holdsTied = false;
    return held;
  }

  /** The entry at a cursor that has not passed {@link #end}. */
  static OutboxEntry taken(OutboxLog.Cursor<OutboxEntry> at) {
    OutboxEntry entry = at.peek();
    if (entry == null) throw new IllegalStateException("number " + at.number() + " missing");
    return entry;
  }
}
