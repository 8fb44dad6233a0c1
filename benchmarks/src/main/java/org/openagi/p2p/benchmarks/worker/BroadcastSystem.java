package org.openagi.p2p.benchmarks.worker;

import org.HdrHistogram.Histogram;

/** A system that sends to everyone. */
public interface BroadcastSystem {

  /**
   * Starts nodes in this process, linked over the loopback interface; returns when a message to everyone reaches all.
   *
   * @param nodes the publisher included, from 2 on
   */
  Crowd crowd(Settings settings, int nodes) throws Exception;

  /** Nodes that run. */
  interface Crowd {
    /** One of them publishes for so long at the pace of the settings; returns when all have it, or should have. */
    Tally publish(int seconds) throws Exception;
  }

  /**
   * What was seen.
   *
   * @param each nanoseconds from publishing to each node's handler
   * @param all nanoseconds from publishing to the last node's handler
   * @param published messages
   * @param missing deliveries that did not come
   * @param repeated deliveries that came again
   */
  record Tally(Histogram each, Histogram all, long published, long missing, long repeated) {}
}
