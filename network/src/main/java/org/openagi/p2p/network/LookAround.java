package org.openagi.p2p.network;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.EventSubscription;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.network.node.NodeExchangeService;
import org.openagi.p2p.protocols.peers.PeerEntry;

/**
 * Waits while peers turn up: until somebody was found, everyone found is connected and has told its
 * name or can't, and nothing has changed for a while; at most for a given time. Blocks the calling
 * thread, which is a virtual one.
 */
final class LookAround {
  /** Whoever is there answers within some milliseconds; the rest is for busy machines. */
  static final Duration QUIET = Duration.ofMillis(400);

  private final Host host;
  private final PeerDirectory directory;
  private final LocalDiscovery discovery;
  private final TimeSource time;
  private final BlockingQueue<NetworkEvent> changes =
      new LinkedBlockingQueue<>(EventBus.QUEUED_EVENTS_MAX);

  /** Peers that could not be reached while looking. */
  private final Set<PeerId> unreachable = new HashSet<>();

  LookAround(RunningNode node, TimeSource time) {
    this.host = node.host();
    this.directory = node.directory();
    this.discovery = node.discovery();
    this.time = time;
  }

  void await(EventBus events, Duration limit) throws InterruptedException {
    EventSubscription subscription = events.subscribe(this::offerIfAboutPeers);
    try {
      discovery.ask();
      long beginNanos = time.nanoTime();
      long changeNanos = beginNanos;
      while (true) {
        long nowNanos = time.nanoTime();
        long left = limit.toNanos() - (nowNanos - beginNanos);
        long quiet = QUIET.toNanos() - (nowNanos - changeNanos);
        boolean settled = quiet <= 0 && isSettled();
        if (left <= 0 || settled) return;
        NetworkEvent change =
            changes.poll(Math.min(left, quiet > 0 ? quiet : left), TimeUnit.NANOSECONDS);
        if (change == null) continue;
        changeNanos = time.nanoTime();
        if (change instanceof NetworkEvent.FaultEvent fault)
          fault.who().ifPresent(unreachable::add);
      }
    } finally {
      subscription.close();
    }
  }

  private boolean isSettled() {
    Set<PeerId> found = discovery.announced();
    host.connections().forEach(connection -> found.add(connection.remotePeer()));
    return !found.isEmpty() && found.stream().allMatch(this::isSettled);
  }

  private boolean isSettled(PeerId peer) {
    if (directory.nodeType(peer).isPresent() || unreachable.contains(peer)) return true;
    Optional<PeerEntry> entry = host.peers().get(peer);
    boolean identified = entry.map(each -> !each.protocols().isEmpty()).orElse(false);
    return identified
        && !host.connections(peer).isEmpty()
        && !entry.orElseThrow().protocols().contains(NodeExchangeService.PROTOCOL);
  }

  private void offerIfAboutPeers(NetworkEvent event) {
    boolean aboutPeers =
        switch (event) {
          case NetworkEvent.PeerDiscovered discovered -> true;
          case NetworkEvent.PeerConnected connected -> true;
          case NetworkEvent.PeerIdentified identified -> true;
          case NetworkEvent.FaultEvent fault -> true;
          case NetworkEvent.SecurityEvent security -> true;
          case NetworkEvent.PeerDisconnected disconnected -> true;
          case NetworkEvent.HealthChanged changed -> false;
          case NetworkEvent.Listening listening -> false;
        };
    if (aboutPeers) changes.offer(event);
  }
}
