package org.openagi.p2p.network;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Starts and stops a node, any number of times, one after the other: a start waits for the stop before it,
 * and a stop for the start. Safe for any thread.
 */
final class NodeLifeCycle {
  private final Callable<RunningNode> starter;
  private final ReentrantLock lock = new ReentrantLock();

  /** For reading without the lock; set exactly while the node runs. */
  private volatile @Nullable RunningNode running;

  // Guarded by lock.
  private @Nullable CompletableFuture<RunningNode> started;
  private CompletableFuture<Void> stopped = CompletableFuture.completedFuture(null);

  /**
   * A node that does not run yet.
   *
   * @param starter makes it; runs on a virtual thread and may block
   */
  NodeLifeCycle(Callable<RunningNode> starter) {
    this.starter = starter;
  }

  /** Starts the node, unless it runs or is being started; completes when it runs. */
  CompletableFuture<RunningNode> start() {
    lock.lock();
    try {
      CompletableFuture<RunningNode> node = started;
      if (node == null) {
        node = stopped.thenCompose(ignored -> VirtualThreads.run(this::startNow));
        started = node;
        CompletableFuture<RunningNode> attempt = node;
        node.whenComplete((result, failure) -> afterStart(attempt, failure));
      }
      return node;
    } finally {
      lock.unlock();
    }
  }

  /** Stops the node if it runs; completes when it has stopped, and never fails. */
  CompletableFuture<Void> stop() {
    lock.lock();
    try {
      CompletableFuture<RunningNode> node = started;
      if (node == null) return stopped.copy();
      started = null;
      stopped = node.handle((result, failure) -> Optional.ofNullable(result))
          .thenAcceptAsync(this::stopNow, VirtualThreads.EXECUTOR);
      return stopped.copy();
    } finally {
      lock.unlock();
    }
  }

  private RunningNode startNow() throws Exception {
    RunningNode node = starter.call();
    running = node;
    return node;
  }

  /** A start that failed must not be taken for one that is under way. */
  private void afterStart(CompletableFuture<RunningNode> attempt, @Nullable Throwable failure) {
    if (failure == null) return;
    lock.lock();
    try {
      if (started == attempt) started = null;
    } finally {
      lock.unlock();
    }
  }

  private void stopNow(Optional<RunningNode> node) {
    running = null;
    node.ifPresent(RunningNode::stop);
  }

  /** Whether the node runs. */
  boolean isRunning() {
    return running != null;
  }

  /**
   * The node that runs.
   *
   * @throws IllegalStateException if none does
   */
  RunningNode node() {
    RunningNode node = running;
    if (node == null)
      throw new IllegalStateException("the node does not run; call startServer() and wait for it");
    return node;
  }
}
