package org.openagi.p2p.network.link;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.time.TimeSource;

/**
 * One timer for an owner with a deadline that moves. One that moves away leaves the timer where it is: it then goes off
 * early and the owner sets it anew, which costs less than setting it each time. Confined to its owner.
 */
final class DeadlineTimer {
  /** No deadline. */
  static final long NEVER = Long.MAX_VALUE;

  private final TimeSource time;
  private final Executor owner;
  private final Runnable onDue;
  private @Nullable Future<?> set;
  private long dueNanos = NEVER;

  /** A timer of an owner that is confined to the executors it is set on. */
  DeadlineTimer(TimeSource time, Runnable onDue) {
    this(time, Runnable::run, onDue);
  }

  /** @param owner leads from the executors it is set on to where the owner is confined */
  DeadlineTimer(TimeSource time, Executor owner, Runnable onDue) {
    this.time = time;
    this.owner = owner;
    this.onDue = onDue;
  }

  /** Sets it to a deadline, unless it is set to one that is not later. */
  void set(EventExecutor executor, long deadlineNanos) {
    if (deadlineNanos >= dueNanos) return;
    cancel();
    dueNanos = deadlineNanos;
    long delay = Math.max(0, deadlineNanos - time.nanoTime());
    set = executor.schedule(() -> owner.execute(this::onDue), delay, TimeUnit.NANOSECONDS);
  }

  private void onDue() {
    set = null;
    dueNanos = NEVER;
    onDue.run();
  }

  void cancel() {
    Future<?> old = set;
    set = null;
    dueNanos = NEVER;
    if (old != null) old.cancel(false);
  }
}
