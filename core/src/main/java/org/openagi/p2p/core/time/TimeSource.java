package org.openagi.p2p.core.time;

/** Where time comes from. Implementations are safe for any thread. */
public interface TimeSource {
  /**
   * Returns nanoseconds on a clock that never goes back. Its origin is arbitrary and it may wrap: only
   * differences, {@code later - earlier}, mean something.
   */
  long nanoTime();

  /** Returns the wall clock in milliseconds since 1970-01-01T00:00Z; it may jump either way. */
  long epochMillis();

  /** Returns the clocks of this machine. */
  static TimeSource system() {
    return SystemTimeSource.INSTANCE;
  }
}
