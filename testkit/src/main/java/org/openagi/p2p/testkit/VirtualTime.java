package org.openagi.p2p.testkit;

import java.time.Duration;
import org.openagi.p2p.core.time.TimeSource;

/**
 * Time that moves only when a test says so. Monotonic and wall clock move together.
 *
 * <p>Safe for any thread.
 */
public final class VirtualTime implements TimeSource {
  /** Where the wall clock starts unless told otherwise: 2026-01-01T00:00Z. */
  public static final long DEFAULT_EPOCH_MILLIS = 1_767_225_600_000L;

  /** An origin that is neither zero nor positive, to catch code that takes nanoTime for a point in time. */
  private static final long ORIGIN_NANOS = -5_000_000_000L;

  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final long startEpochMillis;
  private long elapsedNanos;

  /** Starts at {@link #DEFAULT_EPOCH_MILLIS}. */
  public VirtualTime() {
    this(DEFAULT_EPOCH_MILLIS);
  }

  /** Starts the wall clock at {@code startEpochMillis}. */
  public VirtualTime(long startEpochMillis) {
    this.startEpochMillis = startEpochMillis;
  }

  /**
   * Moves time forward.
   *
   * @throws IllegalArgumentException if the step is negative
   */
  public synchronized void advance(Duration step) {
    advanceNanos(step.toNanos());
  }

  /**
   * Moves time forward by nanoseconds.
   *
   * @throws IllegalArgumentException if the step is negative
   */
  public synchronized void advanceNanos(long nanos) {
    if (nanos < 0) throw new IllegalArgumentException("time step " + nanos + " ns goes back");
    elapsedNanos = Math.addExact(elapsedNanos, nanos);
  }

  /**
   * Moves time forward to the deadline {@code nanoTime}, a value of {@link #nanoTime()}; a deadline in the
   * past leaves time where it is.
   */
  public synchronized void jumpTo(long nanoTime) {
    advanceNanos(Math.max(0, nanoTime - nanoTime()));
  }

  @Override
  public synchronized long nanoTime() {
    return ORIGIN_NANOS + elapsedNanos;
  }

  @Override
  public synchronized long epochMillis() {
    return startEpochMillis + elapsedNanos / NANOS_PER_MILLI;
  }
}
