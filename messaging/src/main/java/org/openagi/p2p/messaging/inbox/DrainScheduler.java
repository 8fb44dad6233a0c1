package org.openagi.p2p.messaging.inbox;

/** Runs the tasks that hand messages to user code; they may block. Safe for any thread. */
public interface DrainScheduler {
  /** Runs a task soon, on a thread of its own. */
  void run(Runnable drain);

  /** Runs a task after a delay, on a thread of its own. */
  void runAfter(Runnable drain, long delayNanos);
}
