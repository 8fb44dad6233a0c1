package org.openagi.p2p.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waiting for what other threads or processes do, never longer than needed and never for ever. */
public final class Await {
  private static final long LOOK_EVERY_NANOS = 2_000_000;

  private Await() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @throws AssertionError naming {@code what} if it does not hold within {@code atMost}
   */
  public static void until(Duration atMost, String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > atMost.toNanos()) {
        throw new AssertionError("not within " + atMost.toMillis() + " ms: " + what);
      }
      pause();
    }
  }

  /** Returns when the value has not changed for {@code window}; gives up after a minute. */
  public static void quiet(Duration window, LongSupplier value) {
    long start = System.nanoTime();
    long last = value.getAsLong();
    long since = start;
    while (System.nanoTime() - since < window.toNanos()) {
      long now = value.getAsLong();
      if (now != last) {
        last = now;
        since = System.nanoTime();
      }
      if (System.nanoTime() - start > Duration.ofMinutes(1).toNanos()) {
        throw new AssertionError("still changing after a minute: " + last);
      }
      pause();
    }
  }

  private static void pause() {
    LockSupport.parkNanos(LOOK_EVERY_NANOS);
    if (Thread.currentThread().isInterrupted()) throw new AssertionError("interrupted");
  }
}
