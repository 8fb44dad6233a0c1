package org.openagi.p2p.overlay.health;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;

/** What a {@link Health} noticed. */
public sealed interface HealthEvent {
  /**
   * A link is thought of differently. Comes before any other event about the same change.
   *
   * @param reason what was measured, and the limit
   */
  record StateChanged(PeerId peer, HealthState from, HealthState to, String reason)
      implements HealthEvent {}

  /** A peer is suspected to be dead: avoid it. {@link Recovered} or {@link Died} follows. */
  record Suspected(PeerId peer, long silentNanos, String reason) implements HealthEvent {}

  /**
   * A peer was suspected, or its link declared dead, and is heard of again.
   *
   * @param afterNanos how long it was suspected, or gone
   */
  record Recovered(PeerId peer, long afterNanos, String reason) implements HealthEvent {}

  /**
   * A peer did not refute the suspicion in time; its link is cut.
   *
   * @param heardElsewhere others still hear of it: it is the link that is dead and not the peer
   */
  record Died(PeerId peer, long silentNanos, boolean heardElsewhere, String reason)
      implements HealthEvent {}

  /**
   * Several peers were lost at once, while others are still there.
   *
   * @param lost who, at most {@link HealthConfig#maxGone()}
   * @param of links there were before
   */
  record PartitionNoticed(List<PeerId> lost, int of) implements HealthEvent {
    /** Copies. */
    public PartitionNoticed {
      lost = List.copyOf(lost);
    }
  }

  /** More than half of those that were lost at once can be reached again. */
  record PartitionHealed(int back, int lost, long afterNanos) implements HealthEvent {}

  /** No neighbour at all is heard of: it is our own network, and nobody is accused. */
  record OwnNetworkDown(int links) implements HealthEvent {}

  /** A neighbour is heard of again after {@link OwnNetworkDown}. */
  record OwnNetworkBack(long afterNanos) implements HealthEvent {}

  /** This machine did not let us run when we were due; silences of that time count for nobody. */
  record OwnMachineSlow(long lateNanos) implements HealthEvent {}
}
