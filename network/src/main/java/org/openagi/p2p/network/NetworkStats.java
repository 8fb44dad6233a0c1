package org.openagi.p2p.network;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.openagi.p2p.net.HostStats;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.network.link.MessageStats;
import org.openagi.p2p.overlay.node.OverlayStats;

/**
 * Counters of a node at one moment. Totals count from {@link P2PNetworkManager#startServer}.
 * Immutable.
 *
 * @param startedAt when the node was started
 * @param connectedPeers peers with at least one open connection
 * @param knownPeers peers of which anything is known
 * @param connections open connections
 * @param bytesIn bytes received, encryption included
 * @param bytesOut bytes sent, encryption included
 * @param refusals connections and streams refused by this node, by cause; absent means none
 * @param host all counters of connections, dials and handshakes
 * @param messages all counters of messages
 * @param nodeExchangesFailed exchanges of names that came to no end
 * @param events events published
 * @param overlay counters of health, membership, broadcast, routes and parcels; empty if it did not answer in time
 */
public record NetworkStats(
    Instant startedAt,
    int connectedPeers,
    int knownPeers,
    int connections,
    long bytesIn,
    long bytesOut,
    Map<RefusalCause, Long> refusals,
    HostStats host,
    MessageStats messages,
    long nodeExchangesFailed,
    long events,
    Optional<OverlayStats> overlay) {
  /** Copies the map. */
  public NetworkStats {
    refusals = Map.copyOf(refusals);
  }

  /** Connections that others dialed. */
  public int inboundConnections() {
    return host.inboundConnections();
  }

  /** Connections that this node dialed. */
  public int outboundConnections() {
    return host.outboundConnections();
  }

  /** Streams open now. */
  public int openStreams() {
    return host.openStreams();
  }

  /** Handlers of streams that run now. */
  public int runningHandlers() {
    return host.runningHandlers();
  }

  /** Handshakes under way. */
  public int handshakesInFlight() {
    return host.handshakesInFlight();
  }

  /** Handshakes that succeeded since start. */
  public long handshakesSucceeded() {
    return host.handshakesSucceeded();
  }

  /** Handshakes that failed since start, all causes. */
  public long handshakesFailed() {
    return host.handshakesFailed();
  }

  /** Addresses dialed since start. */
  public long dialsStarted() {
    return host.dialsStarted();
  }

  /** Of these, failed. */
  public long dialsFailed() {
    return host.dialsFailed();
  }

  /** Refusals by the name of the cause in lower case, those that never happened too, for who shows them all. */
  public SortedMap<String, Long> refusalsByName() {
    SortedMap<String, Long> all = new TreeMap<>();
    for (RefusalCause cause : RefusalCause.values()) {
      all.put(cause.name().toLowerCase(Locale.ROOT), refusals.getOrDefault(cause, 0L));
    }
    return all;
  }
}
