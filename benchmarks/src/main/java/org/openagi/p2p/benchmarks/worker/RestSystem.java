package org.openagi.p2p.benchmarks.worker;

import java.util.List;

/** A system whose nodes can be peers of one at rest. */
public interface RestSystem {

  /**
   * Starts nodes in this process that send no messages and keep a connection to the one at rest.
   *
   * @param address where that one will be, with its peer id
   * @param count from 1 on
   */
  Peers peers(Settings settings, String address, int count) throws Exception;

  /** Nodes that run. */
  interface Peers {
    /** Of each one. */
    List<String> addresses();

    /** How many are connected to the one at rest at the moment. */
    int connected();
  }
}
