package org.openagi.p2p.network.link;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Callers that wait for room in the outbox of one peer, served in the order they came. Safe for any thread.
 *
 * <p>Only the first in the line looks for room. Whoever gives room back looks at the counter after that, and whoever
 * waits counts itself before it looks for room: so one of the two sees the other.
 */
final class RoomQueue {
  /** Most callers that wait at a time. */
  static final int MAX_WAITING = 1024;

  /** Room on the disk comes without a word; then it is found by looking again. */
  private static final long LOOK_AGAIN_NANOS = 100_000_000;

  /** Looks for room. */
  interface Attempt {
    /** Whether there is nothing more to wait for. */
    boolean isDone();
  }

  /** How waiting ended. */
  enum End {
    /** The attempt says so. */
    DONE,
    /** Too many wait already. */
    CROWDED,
    /** Not in time. */
    TIMEOUT
  }

  private final AtomicInteger allWaiting;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Semaphore turn = new Semaphore(1, true);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  /**
   * A queue without callers.
   *
   * @param allWaiting counts those of all queues that share a limit
   */
  RoomQueue(AtomicInteger allWaiting) {
    this.allWaiting = allWaiting;
  }

  /** How many wait. */
  int waiting() {
    return waiting.get();
  }

  /** Waits until an attempt is done, at most so long. */
  End await(Attempt attempt, long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    allWaiting.incrementAndGet();
    try {
      if (waiting.incrementAndGet() > MAX_WAITING) return End.CROWDED;
      if (!turn.tryAcquire(nanos, TimeUnit.NANOSECONDS)) return End.TIMEOUT;
      try {
        return awaitFirst(attempt, end);
      } finally {
        turn.release();
      }
    } finally {
      waiting.decrementAndGet();
      allWaiting.decrementAndGet();
    }
  }

  private End awaitFirst(Attempt attempt, long end) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!attempt.isDone()) {
        long left = end - System.nanoTime();
        if (left <= 0) return End.TIMEOUT;
        room.awaitNanos(Math.min(left, LOOK_AGAIN_NANOS));
      }
      return End.DONE;
    } finally {
      lock.unlock();
    }
  }

  /** There may be room, or nothing to wait for any more. */
  void signal() {
    if (waiting.get() == 0) return;
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
