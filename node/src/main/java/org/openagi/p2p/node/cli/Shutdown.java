package org.openagi.p2p.node.cli;

import java.util.function.IntSupplier;

/**
 * What happens when the process is told to end, by Ctrl-C or SIGTERM, while a command runs: its network
 * is stopped in good order and the process ends with the given exit code.
 */
final class Shutdown {
  /** Work that may be cut short by the end of the process. */
  interface Work {
    int run() throws Exception;
  }

  private Shutdown() {}

  /**
   * Does the work; if the process is told to end meanwhile, stops the network.
   *
   * @param status exit code when told to end
   * @param stop bounded in time; called at most once, on a thread of its own
   * @return what the work returns
   */
  static int guard(int status, Runnable stop, Work work) throws Exception {
    return guard(() -> status, stop, work);
  }

  /** {@link #guard(int, Runnable, Work)} with an exit code that depends on how far the work came. */
  static int guard(IntSupplier status, Runnable stop, Work work) throws Exception {
    var hook = new Thread(
        () -> {
          stop.run();
          // The hook runs because the JVM is about to end with a code of its own choice.
          Runtime.getRuntime().halt(status.getAsInt());
        },
        "p2p-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.run();
    } finally {
      remove(hook);
    }
  }

  private static void remove(Thread hook) throws InterruptedException {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      hook.join(); // the process is ending: what the hook does comes first
    }
  }
}
