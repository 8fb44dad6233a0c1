package org.openagi.p2p.overlay.node;

import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.health.HealthEvent;

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

  /** Ways to peers may be other ones than before. */
  default void onRoutesChanged() {}
}
