package org.openagi.p2p.p2pd;

import java.util.Map;

/**
 * Figures of the control protocol at one moment. Immutable.
 *
 * @param clients connections that wait for requests or answers
 * @param streams streams that are open, in either direction
 * @param handlers protocols that clients serve
 * @param requests requests read since the start
 * @param refusals what was refused since the start, by cause; absent means none
 */
public record DaemonStats(
    int clients, int streams, int handlers, long requests, Map<Refusal, Long> refusals) {
  /** Copies the map. */
  public DaemonStats {
    refusals = Map.copyOf(refusals);
  }
}
