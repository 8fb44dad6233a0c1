package org.openagi.p2p.benchmarks.worker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Submits messages at a fixed pace, whatever becomes of those before, and takes the time from each submission to
 * its acknowledgement. One that is late is followed by others at once, so that a pause costs all whom it delays.
 * Confined to one thread but for the acknowledgements.
 */
final class PacedRun {
  private static final int PATIENCE_SECONDS = 60;

  private final BenchSystem.Paced sender;
  private final int perSecond;
  private AtomicLongArray tookNanos = new AtomicLongArray(0);
  private double submittedPerSecond;

  PacedRun(BenchSystem.Paced sender, Settings settings) {
    this.sender = sender;
    this.perSecond = settings.pacedPerSecond();
  }

  /** Returns when all is acknowledged. */
  void play(int seconds) throws InterruptedException {
    int count = seconds * perSecond;
    AtomicLongArray took = new AtomicLongArray(count);
    CountDownLatch open = new CountDownLatch(count);
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      int index = i;
      long due = start + TimeUnit.SECONDS.toNanos(1) * i / perSecond;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(this, left);
      }
      sender.send(() -> {
        took.set(index, System.nanoTime() - due);
        open.countDown();
      });
    }
    submittedPerSecond = count * 1e9 / (System.nanoTime() - start);
    if (!open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(open.getCount() + " of " + count + " not acknowledged");
    }
    tookNanos = took;
  }

  /** From the time each was due to be submitted to its acknowledgement. */
  Histogram nanos() {
    Histogram histogram = new Histogram(3);
    for (int i = 0; i < tookNanos.length(); i++) histogram.recordValue(tookNanos.get(i));
    return histogram;
  }

  /** What was really submitted a second. */
  long perSecond() {
    return Math.round(submittedPerSecond);
  }
}
