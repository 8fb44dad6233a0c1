package org.openagi.p2p.network;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.openagi.p2p.overlay.health.HealthEvent;
import org.openagi.p2p.overlay.health.HealthState;
import org.openagi.p2p.overlay.node.OverlayListener;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.overlay.reputation.Standing;

/**
 * Turns what the overlay notices into what users hear, and has the host refuse who misbehaves. Confined to the overlay's
 * thread, but for {@link #isWatched}.
 */
final class OverlayFaults implements OverlayListener {
  /** What happens to one peer again and again is told so often. */
  private static final Duration FAULT_PAUSE = Duration.ofSeconds(60);

  private static final int FAULTS_TRACKED_MAX = 1024;

  private record About(Fault what, PeerId who) {}

  private final Host host;
  private final EventBus events;
  private final TimeSource time;
  private final RecentReports<About> reported =
      new RecentReports<>(FAULT_PAUSE, FAULTS_TRACKED_MAX);

  /** Peers of which something bad is thought. No more than there are scores. */
  private final Map<PeerId, Standing> standings = new ConcurrentHashMap<>();

  /** Neighbours, whose health the overlay tells. No more than there are connections. */
  private final Set<PeerId> watched = ConcurrentHashMap.newKeySet();

  OverlayFaults(Host host, EventBus events, TimeSource time) {
    this.host = host;
    this.events = events;
    this.time = time;
  }

  /** Whether the overlay decides about a peer, so that its connections do not. Any thread. */
  boolean isWatched(PeerId peer) {
    return watched.contains(peer);
  }

  /**
   * Whom to keep when there are too many connections: who is in ill repute goes first, who is a neighbour of the overlay is of
   * more use than others. Any thread.
   */
  int standing(PeerId peer) {
    return switch (standings.getOrDefault(peer, Standing.GOOD)) {
      case GOOD -> isWatched(peer) ? 1 : 0;
      case TRIMMED_FIRST -> -1;
      case NOT_ROUTED -> -2;
      case REFUSED -> -3;
    };
  }

  @Override
  public void onHealth(HealthEvent event) {
    switch (event) {
      case HealthEvent.StateChanged e -> onState(e);
      case HealthEvent.Suspected e ->
        about(Fault.PEER_SUSPECT, e.peer(), e.reason(), "other ways are taken until it answers");
      case HealthEvent.Recovered e ->
        about(
            Fault.PEER_RECOVERED,
            e.peer(),
            e.reason() + " after " + words(e.afterNanos()),
            "it is used again");
      case HealthEvent.Died e ->
        about(
            e.heardElsewhere() ? Fault.LINK_DEAD : Fault.PEER_DEAD,
            e.peer(),
            e.reason(),
            "its connections are cut; messages for it wait, or go other ways");
      case HealthEvent.PartitionNoticed e ->
        publish(
            Fault.PARTITION_NOTICED,
            Optional.empty(),
            e.lost().size() + " of " + e.of() + " peers lost at once: " + names(e),
            "messages for them wait; the node looks for ways to reach them");
      case HealthEvent.PartitionHealed e ->
        publish(
            Fault.PARTITION_HEALED,
            Optional.empty(),
            e.back() + " of " + e.lost() + " peers are back after " + words(e.afterNanos()),
            "what waited for them is sent");
      case HealthEvent.OwnNetworkDown e ->
        publish(
            Fault.OWN_NETWORK_DOWN,
            Optional.empty(),
            "none of " + e.links() + " neighbours is heard of",
            "nobody is accused; messages wait until the network is back");
      case HealthEvent.OwnNetworkBack e ->
        publish(
            Fault.OWN_NETWORK_BACK,
            Optional.empty(),
            "a neighbour is heard of after " + words(e.afterNanos()),
            "all links are tried anew");
      case HealthEvent.OwnMachineSlow e ->
        publish(
            Fault.OWN_MACHINE_SLOW,
            Optional.of(host.peerId()),
            "the node was due to run " + words(e.lateNanos()) + " before it could",
            "peers are given more time to answer");
    }
  }

  private void onState(HealthEvent.StateChanged event) {
    if (event.to() == HealthState.DEAD) watched.remove(event.peer());
    else watched.add(event.peer());
    events.publish(new NetworkEvent.HealthChanged(
        now(), event.peer(), event.from(), event.to(), event.reason()));
  }

  private static String names(HealthEvent.PartitionNoticed event) {
    StringBuilder names = new StringBuilder();
    int shown = Math.min(8, event.lost().size());
    for (PeerId each : event.lost().subList(0, shown)) {
      if (names.length() > 0) names.append(", ");
      names.append(each.shortString());
    }
    return shown < event.lost().size() ? names + ", …" : names.toString();
  }

  @Override
  public void onViolation(PeerId peer, String what, boolean cut) {
    about(
        Fault.PROTOCOL_VIOLATED,
        peer,
        what,
        cut ? "the peer is disconnected" : "it counts against the peer");
  }

  @Override
  public void onStanding(PeerId peer, Standing from, Standing to, Explanation why) {
    if (to == Standing.GOOD) standings.remove(peer);
    else standings.put(peer, to);
    boolean refused = to == Standing.REFUSED;
    if (refused == (from == Standing.REFUSED)) return;
    host.setRefused(peer, refused);
    publish(
        refused ? Fault.PEER_REFUSED : Fault.PEER_ACCEPTED_AGAIN,
        Optional.of(peer),
        why.summary(),
        refused
            ? "it is cut off and refused until its score has recovered"
            : "it may connect again");
  }

  private void about(Fault what, PeerId who, String cause, String consequence) {
    if (reported.isDue(new About(what, who), time.nanoTime())) {
      publish(what, Optional.of(who), cause, consequence);
    }
  }

  private void publish(Fault what, Optional<PeerId> who, String cause, String consequence) {
    events.publish(new FaultEvent(now(), what, who, cause, consequence));
  }

  private static String words(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos) + " ms";
  }

  private Instant now() {
    return Instant.ofEpochMilli(time.epochMillis());
  }
}
