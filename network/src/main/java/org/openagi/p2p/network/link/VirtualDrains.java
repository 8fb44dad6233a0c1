package org.openagi.p2p.network.link;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.inbox.DrainScheduler;

/**
 * Runs handlers on virtual threads, as many at a time as there are lanes with work. Safe for any thread.
 *
 * <p>A thread that is done waits for the next task: waking it costs less than starting one, and on a quiet
 * link that is every message. It waits without a time limit, because arming a timer and taking it back wakes a
 * further thread of the JDK twice a message; {@value #MAX_IDLE} parked threads cost a few kilobytes each. A thread inherits nothing from the task before but thread locals that
 * user code set.
 */
final class VirtualDrains implements DrainScheduler {
  /** Most threads that wait for a task. */
  static final int MAX_IDLE = 64;

  private static final Runnable OVER = VirtualDrains::nothing;

  private final EventExecutor timer;
  private final ConcurrentLinkedDeque<Worker> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger idleCount = new AtomicInteger();

  VirtualDrains(EventExecutor timer) {
    this.timer = timer;
  }

  private static void nothing() {}

  @Override
  public void run(Runnable drain) {
    Worker worker;
    while ((worker = idle.pollFirst()) != null) {
      idleCount.decrementAndGet();
      if (worker.give(drain)) return;
    }
    new Worker(drain).start();
  }

  @Override
  public void runAfter(Runnable drain, long delayNanos) {
    try {
      timer.schedule(() -> run(drain), delayNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      // The service is closing: what is not handled is not acknowledged, its sender keeps it.
      return;
    }
  }

  /** A virtual thread and the task it is given: null while it waits, {@link #OVER} when it is done. */
  private final class Worker implements Runnable {
    private final AtomicReference<@Nullable Runnable> task = new AtomicReference<>();
    private final Thread thread;

    Worker(Runnable first) {
      task.set(first);
      thread = Thread.ofVirtual().name("message-handler").unstarted(this);
    }

    void start() {
      thread.start();
    }

    boolean give(Runnable next) {
      if (!task.compareAndSet(null, next)) return false;
      LockSupport.unpark(thread);
      return true;
    }

    @Override
    public void run() {
      Runnable next = task.get();
      while (next != null && next != OVER) {
        next.run();
        Thread.interrupted(); // of the task that is over, none of the next one's business
        task.set(null);
        next = awaitTask();
      }
    }

    private Runnable awaitTask() {
      if (idleCount.incrementAndGet() > MAX_IDLE) {
        idleCount.decrementAndGet();
        return OVER;
      }
      idle.addFirst(this);
      Runnable next;
      while ((next = task.get()) == null) LockSupport.park(this);
      return next;
    }
  }
}
