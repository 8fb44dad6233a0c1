package org.openagi.p2p.protocols.liveness;

/**
 * A clock that stands still while this machine was too busy (or suspended) to listen. It is told of
 * every tick of a periodic task; the part by which a tick came too late is not counted, so that a
 * peer is never accused of a silence that was ours. Confined to its owner.
 */
public final class LivenessClock {
  private final long intervalNanos;
  private final long toleranceNanos;
  private long lastTickNanos;
  private long excusedNanos;
  private long lateTicks;

  /**
   * Starts the clock.
   *
   * @param nowNanos the time of the start
   * @param intervalNanos how often {@link #onTick} is meant to be called
   * @param toleranceNanos how late a tick may be and still count in full
   */
  public LivenessClock(long nowNanos, long intervalNanos, long toleranceNanos) {
    if (intervalNanos <= 0 || toleranceNanos < 0) {
      throw new IllegalArgumentException(
          "interval " + intervalNanos + " ns, tolerance " + toleranceNanos + " ns");
    }
    this.lastTickNanos = nowNanos;
    this.intervalNanos = intervalNanos;
    this.toleranceNanos = toleranceNanos;
  }

  /**
   * A tick happened. If it came later than interval and tolerance allow, all the lateness is
   * excused.
   *
   * @return the time by this clock
   */
  public long onTick(long nowNanos) {
    long late = nowNanos - lastTickNanos - intervalNanos;
    if (late > toleranceNanos) {
      excusedNanos += late;
      lateTicks++;
    }
    lastTickNanos = nowNanos;
    return nowNanos - excusedNanos;
  }

  /** The time by this clock of the last tick; never later than the real one. */
  public long timeNanos() {
    return lastTickNanos - excusedNanos;
  }

  /** How many ticks came too late. */
  public long lateTicks() {
    return lateTicks;
  }
}
