package org.openagi.p2p.network.link;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openagi.p2p.messaging.bond.PathMeter;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.protocols.liveness.LinkState;

/**
 * The connections that messages to one peer may share, and what is on its way over each. Confined to the peer's
 * home.
 *
 * <p>They are those that one side dialed: of two that were dialed by different sides one is superfluous, and is
 * closed when nothing uses it.
 */
final class Routes {
  private final Map<Long, PathMeter> meters = new HashMap<>();
  private List<Connection> usable = List.of();
  private boolean refused;

  /** Takes the connections there are, the preferred one first. */
  void update(List<Connection> all) {
    List<Connection> open = all.stream().filter(Connection::isOpen).toList();
    if (open.isEmpty()) refused = false;
    meters.keySet().retainAll(open.stream().map(Connection::id).collect(Collectors.toSet()));
    List<Connection> healthy =
        open.stream().filter(each -> each.health() == LinkState.HEALTHY).toList();
    usable = ofOneSide(healthy.isEmpty() ? open : healthy);
  }

  private static List<Connection> ofOneSide(List<Connection> all) {
    Map<Direction, List<Connection>> sides =
        all.stream().collect(Collectors.groupingBy(Connection::direction));
    if (sides.size() < 2) return all;
    List<Connection> preferred = sides.remove(all.getFirst().direction());
    List<Connection> others = sides.values().iterator().next();
    return others.size() > preferred.size() ? others : preferred;
  }

  /** The connections to be shared, the preferred one first; none if nothing is open. */
  List<Connection> usable() {
    return usable;
  }

  /** Whether there are several and the peer can have them shared, as far as is known. */
  boolean areShared() {
    return !refused && usable.size() > 1;
  }

  /** The peer does not know how to share, as long as it is connected. */
  void onRefused() {
    refused = true;
  }

  boolean areRefused() {
    return refused;
  }

  /** What is on its way over a connection. */
  PathMeter meter(Connection connection) {
    return meters.computeIfAbsent(connection.id(), id -> new PathMeter());
  }
}
