package org.openagi.p2p.net.swarm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.protocols.dialing.ConnectionSelector;
import org.openagi.p2p.protocols.dialing.ConnectionSelector.Link;

/**
 * The established connections. Changed by {@code net-control} only; reads are safe for any thread,
 * because the list of a peer is immutable and replaced as a whole.
 */
final class ConnectionTable {
  private final PeerId self;
  private final ConcurrentMap<PeerId, List<SwarmConnection>> byPeer = new ConcurrentHashMap<>();
  private final Set<PeerId> withSeveral = new HashSet<>(); // net-control

  ConnectionTable(PeerId self) {
    this.self = self;
  }

  void add(SwarmConnection connection) {
    List<SwarmConnection> list = new ArrayList<>(of(connection.remotePeer()));
    list.add(connection);
    put(connection.remotePeer(), list);
  }

  /** Returns whether it was the peer's last one. */
  boolean remove(SwarmConnection connection) {
    List<SwarmConnection> list = new ArrayList<>(of(connection.remotePeer()));
    list.remove(connection);
    put(connection.remotePeer(), list);
    return list.isEmpty();
  }

  private void put(PeerId peer, List<SwarmConnection> list) {
    if (list.isEmpty()) byPeer.remove(peer);
    else byPeer.put(peer, List.copyOf(list));
    if (list.size() > 1) withSeveral.add(peer);
    else withSeveral.remove(peer);
  }

  /** Connections of a peer, oldest first. */
  List<SwarmConnection> of(PeerId peer) {
    return byPeer.getOrDefault(peer, List.of());
  }

  /** Open connections of a peer, the one to use first. */
  List<SwarmConnection> byPreference(PeerId peer) {
    List<SwarmConnection> open =
        of(peer).stream().filter(SwarmConnection::isOpen).toList();
    if (open.size() < 2) return open;
    Map<Long, SwarmConnection> byId = new LinkedHashMap<>();
    List<Link> links = new ArrayList<>();
    for (SwarmConnection c : open) {
      byId.put(c.id(), c);
      links.add(c.link());
    }
    List<SwarmConnection> ordered = new ArrayList<>();
    for (Link l : ConnectionSelector.byPreference(links, self, peer)) {
      SwarmConnection c = byId.get(l.id());
      if (c != null) ordered.add(c);
    }
    return ordered;
  }

  /** All connections. */
  List<SwarmConnection> all() {
    List<SwarmConnection> all = new ArrayList<>();
    byPeer.values().forEach(all::addAll);
    return all;
  }

  /** Peers that have more than one connection; for {@code net-control}. */
  List<PeerId> peersWithSeveral() {
    return List.copyOf(withSeveral);
  }
}
