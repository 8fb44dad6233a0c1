package org.openagi.p2p.network;

import java.util.concurrent.Executor;

/** Where callbacks of users and work that may block run: one virtual thread for each task. */
final class VirtualThreads {
  static final Executor EXECUTOR =
      task -> Thread.ofVirtual().name("p2p-network").start(task);

  private VirtualThreads() {}
}
