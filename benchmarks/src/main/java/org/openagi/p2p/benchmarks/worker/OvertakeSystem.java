package org.openagi.p2p.benchmarks.worker;

import org.HdrHistogram.Histogram;

/** A system that has priorities. Each method runs in a process of its own and is called once. */
public interface OvertakeSystem {

  /**
   * Starts the receiving side.
   *
   * @param delaysNanos filled with the time from sending to handling of each urgent message; shared, so
   *     to be used under its own monitor
   * @return what the other process is told to reach this one
   */
  String overtaken(Settings settings, Histogram delaysNanos) throws Exception;

  /**
   * Connects the sending side and warms it up.
   *
   * @param limitRate bytes per second from the end of the warm-up on, 0 for no limit
   */
  Overtaker overtake(Settings settings, String address, long limitRate) throws Exception;

  /** A connected sender. */
  interface Overtaker {
    /**
     * Sends an urgent message every 10 ms, for as long as a run is measured.
     *
     * @param bulk whether a large payload is in flight all the time
     * @return bytes of large payloads sent in that time
     */
    long run(boolean bulk) throws Exception;
  }
}
