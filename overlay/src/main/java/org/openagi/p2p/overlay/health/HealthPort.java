package org.openagi.p2p.overlay.health;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayPort;

/** What {@link Health} asks of those around it. */
public interface HealthPort extends OverlayPort {
  /** Neighbours of this node that are known to be linked to a peer, the best first; empty if nothing is known. */
  List<PeerId> linkedTo(PeerId peer);

  /** Whether a peer that is no neighbour any more can be reached in some way. */
  boolean reachable(PeerId peer);

  /** How busy this node is: 0 idle, 1000 it can take no more. */
  int loadPermille();

  /**
   * Asks all connections of a neighbour for a sign of life, since its link is silent: another connection than the
   * one of the overlay may still live. What comes in counts as a sign of life by {@link Health#onTraffic}.
   */
  void doubt(PeerId peer);

  /** Cuts all connections of a neighbour that is dead. {@link Health#onLinkDown} follows, later. */
  void cut(PeerId peer, String reason);

  /** Something was noticed. */
  void onEvent(HealthEvent event);
}
