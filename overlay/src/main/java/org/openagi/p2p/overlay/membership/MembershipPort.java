package org.openagi.p2p.overlay.membership;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.overlay.OverlayPort;

/** What {@link Membership} asks for. */
public interface MembershipPort extends OverlayPort {
  /**
   * Connects to a peer. It ends in {@link Membership#onLinkUp} or {@link Membership#onDialFailed}; one that ends in neither
   * within {@link MembershipConfig#dialTimeoutMillis} counts as failed.
   *
   * @param addresses where it is said to be; may be empty, then where the host knows it to be
   */
  void dial(PeerId peer, List<Multiaddr> addresses);

  /**
   * Membership has no more use for a link. It should be closed unless something else uses it: messages, parcels, or a person
   * who asked for it.
   */
  void disconnect(PeerId peer, String why);

  /** What is thought of a peer: 0 if nothing is known, more is better; below {@link MembershipConfig#minScore} it is not taken. */
  double score(PeerId peer);

  /** Whether a peer is listed in the configuration or otherwise to be kept: never trimmed, always welcome. */
  boolean isProtected(PeerId peer);

  /** Where this node can be reached, as it announces it; may change. */
  List<Multiaddr> addresses();

  /** A peer came into the view or left it. A connection in the view is worth keeping. */
  void onViewChanged(PeerId peer, boolean inView);
}
