package org.openagi.p2p.net.swarm;

import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.protocols.dialing.ReconnectPolicy;

/** Keeps connections to chosen peers: dials again after every loss. Confined to net-control. */
final class Reconnector {
  private static final class Kept {
    int failures;
    long connectedNanos;

    @Nullable
    ScheduledFuture<?> timer;
  }

  private final SwarmContext swarm;
  private final Dialer dialer;
  private final ConnectionTable table;
  private final ReconnectPolicy policy;
  private final Map<PeerId, Kept> kept = new HashMap<>();
  private boolean stopped;

  Reconnector(SwarmContext swarm, Dialer dialer, ConnectionTable table, ReconnectPolicy policy) {
    this.swarm = swarm;
    this.dialer = dialer;
    this.table = table;
    this.policy = policy;
  }

  boolean keep(PeerId peer) {
    if (kept.containsKey(peer)) return true;
    if (kept.size() >= swarm.config().maxKeptPeers() || peer.equals(swarm.self())) return false;
    kept.put(peer, new Kept());
    swarm.peers().pin(peer);
    dial(peer);
    return true;
  }

  void release(PeerId peer) {
    Kept k = kept.remove(peer);
    if (k == null) return;
    swarm.peers().unpin(peer);
    if (k.timer != null) k.timer.cancel(false);
  }

  void stop() {
    stopped = true;
    List.copyOf(kept.keySet()).forEach(this::release);
  }

  void onConnected(PeerId peer) {
    Kept k = kept.get(peer);
    if (k != null && table.of(peer).size() == 1) k.connectedNanos = swarm.time().nanoTime();
  }

  /** The last connection of the peer was lost. */
  void onDisconnected(PeerId peer) {
    Kept k = kept.get(peer);
    if (k == null) return;
    Duration lasted = Duration.ofNanos(swarm.time().nanoTime() - k.connectedNanos);
    k.failures = policy.failuresAfter(lasted, k.failures);
    schedule(peer, k);
  }

  private void schedule(PeerId peer, Kept k) {
    if (stopped) return;
    if (k.timer != null) k.timer.cancel(false);
    Duration pause = policy.pause(k.failures);
    k.timer = swarm.control().schedule(() -> dial(peer), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void dial(PeerId peer) {
    Kept k = kept.get(peer);
    if (k == null || stopped || !table.of(peer).isEmpty()) return;
    // Given explicitly, because the pauses between attempts are this policy's decision.
    List<Multiaddr> addresses = swarm.peers().addresses(peer);
    CompletableFuture<Connection> result = new CompletableFuture<>();
    result.whenCompleteAsync(
        (connection, error) -> {
          if (error == null || kept.get(peer) != k) return;
          k.failures++;
          schedule(peer, k);
        },
        swarm.control());
    dialer.connect(peer, addresses, result);
  }
}
