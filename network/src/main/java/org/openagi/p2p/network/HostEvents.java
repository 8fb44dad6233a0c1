package org.openagi.p2p.network;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
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
  private final Predicate<PeerId> overlayWatches;
  private final Predicate<PeerId> overlayDialed;

  /** Open connections of each connected peer. */
  private final Map<PeerId, Integer> connections = new HashMap<>();

  /** Peers that were reported as not reached, and as refused. */
  private final RecentReports<PeerId> dialFaults =
      new RecentReports<>(FAULT_PAUSE, FAULTS_TRACKED_MAX);

  private final RecentReports<PeerId> refusals =
      new RecentReports<>(FAULT_PAUSE, FAULTS_TRACKED_MAX);

  HostEvents(
      Host host,
      PeerDirectory directory,
      PeerKeeper keeper,
      RememberedPeers remembered,
      EventBus events,
      TimeSource time,
      Predicate<PeerId> overlayWatches,
      Predicate<PeerId> overlayDialed) {
    this.host = host;
    this.directory = directory;
    this.keeper = keeper;
    this.remembered = remembered;
    this.events = events;
    this.time = time;
    this.overlayWatches = overlayWatches;
    this.overlayDialed = overlayDialed;
  }

  @Override
  public void onConnected(Connection connection) {
    PeerId peer = connection.remotePeer();
    if (connections.merge(peer, 1, Integer::sum) > 1) return;
    dialFaults.forget(peer);
    refusals.forget(peer);
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
    PeerId peer = connection.remotePeer();
    if (overlayWatches.test(peer)) return; // which tells more
    events.publish(new NetworkEvent.HealthChanged(
        now(), peer, PeerInfos.stateOf(from), PeerInfos.stateOf(to), why));
  }

  @Override
  public void onListenAddressesChanged(List<Multiaddr> addresses) {
    events.publish(new NetworkEvent.Listening(now(), addresses));
  }

  @Override
  public void onDialFailed(Optional<PeerId> peer, DialException failure) {
    // The overlay tries whom others told it of; that some are not there is no fault.
    if (peer.filter(overlayDialed).isPresent()) return;
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

  private boolean isDue(RecentReports<PeerId> reported, PeerId peer) {
    return reported.isDue(peer, time.nanoTime());
  }

  private Instant now() {
    return Instant.ofEpochMilli(time.epochMillis());
  }
}
