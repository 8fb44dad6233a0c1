package org.openagi.p2p.torture;

import java.util.List;

/** Something bad that happens when so many messages were handled. Immutable. */
sealed interface Fault {
  /** How many messages all nodes together have handled when it is due. */
  int dueAfter();

  /**
   * A node's process is killed and started again.
   *
   * @param downMillis between the two
   * @param againMillis the new process is killed as well, so long after it was started; 0 for not
   */
  record Kill(int dueAfter, int node, int downMillis, int againMillis) implements Fault {}

  /** The connections between two nodes are reset. */
  record Cut(int dueAfter, int a, int b) implements Fault {}

  /** Some nodes and the others don't hear each other for a while. */
  record Partition(int dueAfter, List<Integer> some, int millis) implements Fault {}

  /** A wire gets worse or better. */
  record Weather(
      int dueAfter, int a, int b, int delayMillis, int jitterMillis, double loss, double reorder)
      implements Fault {}
}
