package org.openagi.p2p.network;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.ConnectionStats;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.network.overlay.OverlayService;
import org.openagi.p2p.overlay.health.HealthState;
import org.openagi.p2p.overlay.health.LinkHealth;
import org.openagi.p2p.overlay.node.OverlayNode;
import org.openagi.p2p.overlay.node.OverlayStats;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.protocols.liveness.LinkState;
import org.openagi.p2p.protocols.peers.KnownAddress;
import org.openagi.p2p.protocols.peers.PeerEntry;

/** Puts together what the parts of a node know of peers. Safe for any thread but the overlay's, which it waits for. */
final class PeerInfos {
  /** The overlay's thread never blocks, so it answers in much less. */
  private static final Duration OVERLAY_LIMIT = Duration.ofSeconds(2);

  private final Host host;
  private final PeerDirectory directory;
  private final OverlayService overlay;
  private final TimeSource time;

  /** What the overlay knows of a peer. */
  private record Overlaid(
      Optional<HealthState> state,
      Optional<LinkHealth> link,
      Optional<Explanation> reputation,
      Optional<Duration> clockAhead) {
    static final Overlaid NOTHING =
        new Overlaid(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  PeerInfos(Host host, PeerDirectory directory, OverlayService overlay, TimeSource time) {
    this.host = host;
    this.directory = directory;
    this.overlay = overlay;
    this.time = time;
  }

  /** How the state of a connection is called among those of peers. */
  static HealthState stateOf(LinkState state) {
    return switch (state) {
      case HEALTHY -> HealthState.HEALTHY;
      case SUSPECT -> HealthState.SUSPECT;
      case DEAD -> HealthState.DEAD;
    };
  }

  private Map<PeerId, Overlaid> overlaid(Collection<PeerId> peers) {
    long now = time.nanoTime();
    try {
      return overlay
          .ask(node -> {
            Map<PeerId, Overlaid> found = new HashMap<>();
            for (PeerId each : peers) {
              found.put(
                  each,
                  new Overlaid(
                      node.health().state(each),
                      node.health().link(each),
                      node.reputation().explain(each, now),
                      node.linkStates().clockAhead(each, now)));
            }
            return found;
          })
          .get(OVERLAY_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Map.of();
    } catch (ExecutionException | TimeoutException e) {
      return Map.of(); // it stops, or this machine is very slow: the rest is still worth knowing
    }
  }

  /** Counters of the overlay; empty if it does not answer. */
  Optional<OverlayStats> overlayStats() {
    try {
      return Optional.of(
          overlay.ask(OverlayNode::stats).get(OVERLAY_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    }
  }

  /** The peers that are connected, and those given, each once: named ones first, by name. */
  List<PeerInfo> connectedAnd(Collection<PeerId> others) {
    Set<PeerId> peers = new LinkedHashSet<>();
    host.connections().forEach(connection -> peers.add(connection.remotePeer()));
    peers.addAll(others);
    List<PeerInfo> infos = new ArrayList<>();
    Map<PeerId, Overlaid> overlaid = overlaid(peers);
    peers.forEach(peer -> infos.add(info(peer, overlaid.getOrDefault(peer, Overlaid.NOTHING))));
    infos.sort(Comparator.comparing((PeerInfo info) -> info.alias().isEmpty())
        .thenComparing(PeerInfo::displayName));
    return infos;
  }

  /** What is known of a peer; empty if that is nothing. */
  Optional<PeerInfo> find(PeerId peer) {
    boolean known = host.peers().get(peer).isPresent()
        || directory.alias(peer).isPresent()
        || !host.connections(peer).isEmpty();
    if (!known) return Optional.empty();
    return Optional.of(info(peer, overlaid(List.of(peer)).getOrDefault(peer, Overlaid.NOTHING)));
  }

  private PeerInfo info(PeerId peer, Overlaid overlaid) {
    List<Connection> connections = host.connections(peer);
    Optional<Connection> best = connections.stream().findFirst();
    List<ConnectionStats> stats = connections.stream().map(Connection::stats).toList();
    Optional<PeerEntry> entry = host.peers().get(peer);
    return new PeerInfo(
        peer,
        directory.alias(peer),
        directory.nodeType(peer),
        best.isPresent(),
        overlaid.state().or(() -> best.map(Connection::health).map(PeerInfos::stateOf)),
        roundTrip(overlaid, stats),
        best.map(Connection::security),
        connections.stream().map(Connection::openedAt).min(Instant::compareTo),
        entry
            .map(PeerEntry::lastSeenEpochMillis)
            .filter(millis -> millis > 0)
            .map(Instant::ofEpochMilli),
        addresses(best, entry),
        entry.flatMap(PeerEntry::agentVersion),
        entry.map(PeerEntry::protocols).orElse(List.of()),
        stats.stream().mapToLong(ConnectionStats::bytesIn).sum(),
        stats.stream().mapToLong(ConnectionStats::bytesOut).sum(),
        overlaid.link(),
        overlaid.reputation(),
        overlaid.clockAhead());
  }

  private static Optional<Duration> roundTrip(Overlaid overlaid, List<ConnectionStats> stats) {
    if (stats.isEmpty()) return Optional.empty();
    return overlaid
        .link()
        .filter(link -> link.rttMicros() > 0)
        .map(link -> Duration.ofNanos(1000L * link.rttMicros()))
        .or(() ->
            stats.stream().flatMap(each -> each.smoothedRtt().stream()).min(Duration::compareTo));
  }

  /** Where it is connected, if the peer table has nothing better. */
  private static List<Multiaddr> addresses(Optional<Connection> best, Optional<PeerEntry> entry) {
    List<Multiaddr> known = entry.stream()
        .flatMap(each -> each.addresses().stream())
        .map(KnownAddress::address)
        .toList();
    return known.isEmpty() ? best.stream().map(Connection::remoteAddress).toList() : known;
  }
}
