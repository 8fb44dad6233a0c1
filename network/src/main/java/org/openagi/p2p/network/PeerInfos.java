package org.openagi.p2p.network;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.ConnectionStats;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.protocols.peers.KnownAddress;
import org.openagi.p2p.protocols.peers.PeerEntry;

/** Puts together what the parts of a node know of peers. Safe for any thread. */
final class PeerInfos {
  private final Host host;
  private final PeerDirectory directory;

  PeerInfos(Host host, PeerDirectory directory) {
    this.host = host;
    this.directory = directory;
  }

  /** The peers that are connected, and those given, each once: named ones first, by name. */
  List<PeerInfo> connectedAnd(Collection<PeerId> others) {
    Set<PeerId> peers = new LinkedHashSet<>();
    host.connections().forEach(connection -> peers.add(connection.remotePeer()));
    peers.addAll(others);
    List<PeerInfo> infos = new ArrayList<>();
    peers.forEach(peer -> infos.add(info(peer)));
    infos.sort(Comparator.comparing((PeerInfo info) -> info.alias().isEmpty())
        .thenComparing(PeerInfo::displayName));
    return infos;
  }

  /** What is known of a peer; empty if that is nothing. */
  Optional<PeerInfo> find(PeerId peer) {
    boolean known = host.peers().get(peer).isPresent()
        || directory.alias(peer).isPresent()
        || !host.connections(peer).isEmpty();
    return known ? Optional.of(info(peer)) : Optional.empty();
  }

  private PeerInfo info(PeerId peer) {
    List<Connection> connections = host.connections(peer);
    Optional<Connection> best = connections.stream().findFirst();
    List<ConnectionStats> stats = connections.stream().map(Connection::stats).toList();
    Optional<PeerEntry> entry = host.peers().get(peer);
    return new PeerInfo(
        peer,
        directory.alias(peer),
        directory.nodeType(peer),
        best.isPresent(),
        best.map(Connection::health),
        stats.stream().flatMap(each -> each.smoothedRtt().stream()).min(Duration::compareTo),
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
        stats.stream().mapToLong(ConnectionStats::bytesOut).sum());
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
