package org.openagi.p2p.p2pd;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends what takes too long: blocking sockets have no time limits of their own. Safe for any thread. */
final class Watchdog implements AutoCloseable {
  private static final long LOOK_EVERY_MILLIS = 250;

  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer;

  Watchdog() {
    timer = Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().daemon().name("p2pd-watch").factory());
    timer.scheduleWithFixedDelay(
        this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    long now = System.nanoTime();
    for (Watch watch : watches) watch.endIfLate(now);
  }

  /**
   * Begins to watch something, without a limit at first.
   *
   * @param onLate short, does not block; called at most once
   */
  Watch watch(Runnable onLate) {
    Watch watch = new Watch(onLate);
    watches.add(watch);
    return watch;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** One thing that is watched. Limits are set by whoever works on it. */
  final class Watch implements AutoCloseable {
    private final Runnable onLate;

    /** Guarded by this. */
    private boolean limited;

    private long deadlineNanos;
    private boolean late;

    private Watch(Runnable onLate) {
      this.onLate = onLate;
    }

    /** What is done now may take so long from now on. */
    synchronized void limit(Duration most) {
      limited = true;
      deadlineNanos = System.nanoTime() + most.toNanos();
    }

    /** What is done now may take any time. */
    synchronized void unlimited() {
      limited = false;
    }

    synchronized boolean isLate() {
      return late;
    }

    private void endIfLate(long now) {
      synchronized (this) {
        if (!limited || late || now - deadlineNanos < 0) return;
        late = true;
      }
      onLate.run();
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }
}
