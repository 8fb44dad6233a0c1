package org.openagi.p2p.network;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Where callbacks of users and work that may block run: one virtual thread for each task. */
final class VirtualThreads {
  static final Executor EXECUTOR =
      task -> Thread.ofVirtual().name("p2p-network").start(task);

  private VirtualThreads() {}

  /** A future of blocking work, which fails with what the work throws and not with a wrapper. */
  static <T> CompletableFuture<T> run(Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    EXECUTOR.execute(() -> {
      try {
        result.complete(work.call());
      } catch (Exception | LinkageError e) {
        result.completeExceptionally(e);
      }
    });
    return result;
  }
}
