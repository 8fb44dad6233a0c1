package org.openagi.p2p.network.link;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.messaging.inbox.DrainScheduler;

/** Runs handlers on virtual threads. Safe for any thread. */
final class VirtualDrains implements DrainScheduler {
  private final EventExecutor timer;

  VirtualDrains(EventExecutor timer) {
    this.timer = timer;
  }

  @Override
  public void run(Runnable drain) {
    Thread.ofVirtual().name("message-handler").start(drain);
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
}
