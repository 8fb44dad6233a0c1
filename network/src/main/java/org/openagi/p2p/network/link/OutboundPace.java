package org.openagi.p2p.network.link;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openagi.p2p.core.time.TimeSource;

/**
 * The budget of bytes that all streams together may send. What was sent is paid for afterwards: a
 * stream may send while nothing is owed, however much that is, and then all that respect the budget
 * wait until it is paid. Safe for any thread.
 */
final class OutboundPace {
  /** What may be owed without waiting: smooths over timers, and is small enough to be fair. */
  static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final long bytesPerSecond;
  private final TimeSource time;
  private final long startNanos;

  /** When all that was sent is paid for, in nanoseconds since the start. */
  private final AtomicLong paidAtNanos = new AtomicLong();

  /**
   * @param bytesPerSecond 0 for no limit
   */
  OutboundPace(long bytesPerSecond, TimeSource time) {
    this.bytesPerSecond = bytesPerSecond;
    this.time = time;
    this.startNanos = time.nanoTime();
  }

  boolean isUnlimited() {
    return bytesPerSecond == 0;
  }

  /** Bytes go out now. */
  void spend(int bytes) {
    if (isUnlimited()) return;
    long cost = Math.max(1, (long) (bytes * 1e9 / bytesPerSecond));
    long now = now();
    paidAtNanos.updateAndGet(paidAt -> Math.max(paidAt, now) + cost);
  }

  /** How long to wait before more bytes may go out; 0 if they may now. */
  long waitNanos() {
    return isUnlimited() ? 0 : Math.max(0, paidAtNanos.get() - now() - BURST_NANOS);
  }

  private long now() {
    return time.nanoTime() - startNanos;
  }
}
