package org.openagi.p2p.net;

import java.util.Map;

/**
 * Snapshot of a host's counters.
 *
 * @param inboundConnections connections open now that others dialed
 * @param outboundConnections connections open now that we dialed
 * @param handshakesInFlight inbound and outbound upgrades running now
 * @param handshakesSucceeded upgrades completed since start
 * @param handshakesFailed upgrades failed since start, all causes
 * @param dialsStarted dial attempts of single addresses since start
 * @param dialsFailed of which failed
 * @param refusals refusals by us since start, by cause; causes with zero are absent
 * @param bytesIn transport bytes received since start
 * @param bytesOut transport bytes sent since start
 * @param openStreams streams open now
 * @param runningHandlers stream handlers running on virtual threads now
 */
public record HostStats(
    int inboundConnections,
    int outboundConnections,
    int handshakesInFlight,
    long handshakesSucceeded,
    long handshakesFailed,
    long dialsStarted,
    long dialsFailed,
    Map<RefusalCause, Long> refusals,
    long bytesIn,
    long bytesOut,
    int openStreams,
    int runningHandlers) {
  public HostStats {
    refusals = Map.copyOf(refusals);
  }

  /** Connections open now. */
  public int connections() {
    return inboundConnections + outboundConnections;
  }
}
