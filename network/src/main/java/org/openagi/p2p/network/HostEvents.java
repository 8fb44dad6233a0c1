package org.openagi.p2p.network;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.DialException;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostListener;
import org.openagi.p2p.net.Refusal;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.openagi.p2p.network.peers.RememberedPeers;
import org.openagi.p2p.protocols.identify.IdentifyMessage;
import org.openagi.p2p.protocols.liveness.LinkState;

/**
 * Turns what the host reports of connections into what users hear of peers: a peer is connected from
 * its first connection to its last. Confined to the host's control thread.
 */
final class HostEvents implements HostListener {
  /** What fails is tried again and again, but reported for one peer only so often. */
  private static final Duration FAULT_PAUSE = Duration.ofSeconds(60);

  private static final int FAULTS_TRACKED_MAX = 1024;

  private final Host host;
  private final PeerDirectory directory;
  private final PeerKeeper keeper;
  private final RememberedPeers remembered;
  private final EventBus events;
  private final TimeSource time;

  /** Open connections of each connected peer. */
  private final Map<PeerId, Integer> connections = new HashMap<>();

  /** When a peer was last reported as not reached, and as refused. */
  private final Map<PeerId, Long> dialFaults = new LeastRecent();

  private final Map<PeerId, Long> refusals = new LeastRecent();

  /** The time of reports by peer; the oldest give way. */
  private static final class LeastRecent extends LinkedHashMap<PeerId, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<PeerId, Long> eldest) {
      return size() > FAULTS_TRACKED_MAX;
    }
  }

  HostEvents(
      Host host,
      PeerDirectory directory,
      PeerKeeper keeper,
      RememberedPeers remembered,
      EventBus events,
      TimeSource time) {
    this.host = host;
    this.directory = directory;
    this.keeper = keeper;
    this.remembered = remembered;
    this.events = events;
    this.time = time;
  }

  @Override
  public void onConnected(Connection connection) {
    PeerId peer = connection.remotePeer();
    if (connections.merge(peer, 1, Integer::sum) > 1) return;
    dialFaults.remove(peer);
    refusals.remove(peer);
    keeper.onConnected(peer);
    events.publish(new NetworkEvent.PeerConnected(
        now(),
        peer,
        connection.remoteAddress(),
        connection.direction() == Direction.INBOUND,
        connection.security()));
  }

  @Override
  public void onIdentified(Connection connection, IdentifyMessage message) {
    PeerId peer = connection.remotePeer();
    remembered.remember(peer, host.peers().addresses(peer), now());
  }

  @Override
  public void onDisconnected(Connection connection, CloseReason reason) {
    PeerId peer = connection.remotePeer();
    Optional<String> farewell = directory.takeFarewell(connection);
    boolean last = connections.merge(peer, -1, Integer::sum) <= 0;
    if (!last) return;
    connections.remove(peer);
    directory.onDisconnected(peer);
    keeper.onDisconnected(peer, reason);
    remembered.remember(peer, host.peers().addresses(peer), now());
    events.publish(new NetworkEvent.PeerDisconnected(
        now(), peer, directory.alias(peer), farewell.orElseGet(reason::toString)));
  }

  @Override
  public void onHealthChanged(Connection connection, LinkState from, LinkState to, String why) {
    events.publish(new NetworkEvent.HealthChanged(now(), connection.remotePeer(), from, to, why));
  }

  @Override
  public void onListenAddressesChanged(List<Multiaddr> addresses) {
    events.publish(new NetworkEvent.Listening(now(), addresses));
  }

  @Override
  public void onDialFailed(Optional<PeerId> peer, DialException failure) {
    // At our own limit, all peers fail alike: that is one fault and not one for each.
    boolean isOurLimit = failure.kind() == DialException.Kind.LOCAL_LIMIT;
    Optional<PeerId> about = isOurLimit ? Optional.of(host.peerId()) : peer;
    if (about.isPresent() && !isDue(dialFaults, about.get())) return;
    boolean refused = failure.kind() == DialException.Kind.REFUSED;
    events.publish(new FaultEvent(
        now(),
        refused ? Fault.CONNECTION_REFUSED : Fault.DIAL_FAILED,
        peer,
        String.valueOf(failure.getMessage()),
        "not connected; peers that are to be kept connected are tried again"));
  }

  /** Failed handshakes are only counted: a dialer that tries two addresses at once drops one of them. */
  @Override
  public void onRefused(Refusal refusal) {
    if (refusal.cause() == RefusalCause.HANDSHAKE_FAILED) return;
    // A second connection of a peer that is connected is no loss.
    boolean isConnected = refusal.peer().filter(connections::containsKey).isPresent();
    if (isConnected || refusal.peer().filter(peer -> !isDue(refusals, peer)).isPresent()) return;
    events.publish(new FaultEvent(
        now(),
        Fault.CONNECTION_REFUSED,
        refusal.peer(),
        "from " + refusal.remoteAddress() + ": " + refusal.detail(),
        "the peer was refused and told why"));
  }

  private boolean isDue(Map<PeerId, Long> reported, PeerId peer) {
    long nowNanos = time.nanoTime();
    Long last = reported.get(peer);
    if (last != null && nowNanos - last < FAULT_PAUSE.toNanos()) return false;
    reported.remove(peer); // so that it becomes the newest
    reported.put(peer, nowNanos);
    return true;
  }

  private Instant now() {
    return Instant.ofEpochMilli(time.epochMillis());
  }
}
