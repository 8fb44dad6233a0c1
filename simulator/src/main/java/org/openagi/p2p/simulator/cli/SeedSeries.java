package org.openagi.p2p.simulator.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/** Runs something for each seed of a range, several seeds at once, each on one thread; results come in the order of the seeds. */
final class SeedSeries {
  /** Runs that may be ahead of the one whose result is awaited, for each thread. */
  private static final int AHEAD = 8;

  private final SeedRange range;
  private final int jobs;

  SeedSeries(SeedRange range, int jobs) {
    this.range = range;
    this.jobs = jobs;
  }

  /** Takes a result: on the thread that called {@link #run}. */
  interface Taker<T> {
    void take(long seed, T result);
  }

  /**
   * Runs all.
   *
   * @param run must not throw, and must not share what it changes with the others
   */
  <T> void run(LongFunction<T> run, Taker<T> taker) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(jobs, runnable -> {
      Thread thread = new Thread(runnable, "sim");
      thread.setDaemon(true); // whoever interrupts the command does not wait for the runs
      return thread;
    });
    try {
      Deque<Future<T>> ahead = new ArrayDeque<>();
      long next = range.first();
      long taken = range.first();
      for (long left = range.count(); left > 0; left--) {
        while (ahead.size() < AHEAD * jobs && next - range.first() < range.count()) {
          long seed = next++;
          Callable<T> task = () -> run.apply(seed);
          ahead.addLast(pool.submit(task));
        }
        taker.take(taken++, ahead.removeFirst().get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a run threw, which it must not", e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }
}
