package org.openagi.p2p.network;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps several connections to each connected peer, so that messages share them and go on over the others
 * when one dies. Only the side that dialed the first dials the others, to the same address: connections dialed by
 * different sides are taken for duplicates, and one of them is closed.
 *
 * <p>All state is confined to the timer thread.
 */
final class SpareConnections implements HostListener {
  /** The first pause after a dial that failed; doubles up to the second. */
  static final Duration PAUSE_MIN = Duration.ofSeconds(1);

  static final Duration PAUSE_MAX = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(SpareConnections.class);

  private final Host host;
  private final PeerKeeper.Timer timer;
  private final int perPeer;

  /** Peers that are dialed, or will be after a pause. No more than there are connections. */
  private final Map<PeerId, Duration> busy = new HashMap<>();

  /**
   * Of a host; to be added to its listeners.
   *
   * @param perPeer connections to keep to each peer, the first included
   */
  SpareConnections(Host host, PeerKeeper.Timer timer, int perPeer) {
    this.host = host;
    this.timer = timer;
    this.perPeer = perPeer;
  }

  @Override
  public void onConnected(Connection connection) {
    PeerId peer = connection.remotePeer();
    timer.schedule(Duration.ZERO, () -> fill(peer));
  }

  @Override
  public void onDisconnected(Connection connection, CloseReason reason) {
    PeerId peer = connection.remotePeer();
    timer.schedule(Duration.ZERO, () -> fill(peer));
  }

  private void fill(PeerId peer) {
    if (busy.containsKey(peer)) return;
    List<Connection> open =
        host.connections(peer).stream().filter(Connection::isOpen).toList();
    Optional<Multiaddr> dialed = open.stream()
        .filter(each -> each.direction() == Direction.OUTBOUND)
        .map(Connection::remoteAddress)
        .findFirst();
    if (dialed.isEmpty() || open.size() >= perPeer) return;
    busy.put(peer, PAUSE_MIN);
    dial(peer, dialed.get());
  }

  private void dial(PeerId peer, Multiaddr address) {
    host.connect(address)
        .whenComplete((connection, failure) -> timer.schedule(
            Duration.ZERO,
            () -> onDialed(peer, connection != null && connection.remotePeer().equals(peer))));
  }

  private void onDialed(PeerId peer, boolean made) {
    if (made) {
      busy.remove(peer);
      fill(peer);
      return;
    }
    // Whoever else answers there is a peer like any other.
    Duration pause = busy.getOrDefault(peer, PAUSE_MIN);
    LOG.atDebug()
        .addKeyValue("peer", peer.shortString())
        .addKeyValue("pauseMillis", pause.toMillis())
        .log("no further connection was made");
    timer.schedule(pause, () -> retry(peer, pause));
  }

  private void retry(PeerId peer, Duration paused) {
    busy.remove(peer);
    fill(peer);
    Duration doubled = paused.multipliedBy(2);
    Duration next = doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
    busy.computeIfPresent(peer, (each, first) -> next);
  }
}
