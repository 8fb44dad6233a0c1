package org.openagi.p2p.overlay.node;

import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.health.HealthEvent;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.overlay.reputation.Standing;

/** Hears what the overlay notices. Called on its owner; must not block nor call back into it. */
public interface OverlayListener {
  /** A link became better or worse, a peer was suspected or died, a partition was noticed or has healed. */
  default void onHealth(HealthEvent event) {}

  /**
   * A peer broke a rule.
   *
   * @param cut whether it was one time too many, and it is disconnected
   */
  default void onViolation(PeerId peer, String what, boolean cut) {}

  /** What follows from the score of a peer changed; for REFUSED it is disconnected and not to be let in. */
  default void onStanding(PeerId peer, Standing from, Standing to, Explanation why) {}

  /**
   * A message to everyone arrived, for the first and only time.
   *
   * @param by the neighbour that it came from
   * @param hops links that it passed
   */
  default void onBroadcast(BroadcastMessage message, PeerId by, int hops) {}

  /**
   * A message of this node to everyone was taken over by all neighbours it was sent to.
   *
   * @param number what {@code Broadcast.broadcast} returned
   * @param neighbours how many
   */
  default void onBroadcastTaken(long number, int neighbours) {}

  /** A node, any number of links away, says what people call it; empty if it has no name any more. */
  default void onNamed(PeerId node, String name) {}

  /** Ways to peers may be other ones than before. */
  default void onRoutesChanged() {}
}
