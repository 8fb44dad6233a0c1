package org.openagi.p2p.overlay;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** What the overlay of a node may ask of the network below it: a real one, or a simulation. */
public interface OverlayHost extends OverlayPort {
  /** Why a peer is disconnected. */
  enum Cut {
    /** It broke rules. */
    HOSTILE,
    /** It was declared dead; the link goes down as {@link LinkLoss#SILENT}. */
    DEAD
  }

  /** Connects to a peer, at these addresses or any other that is known. The link comes up, or the failure is told. */
  void dial(PeerId peer, List<Multiaddr> addresses);

  /**
   * Closes all connections to a peer.
   *
   * @param why one sentence, which the peer may see
   */
  void disconnect(PeerId peer, Cut cut, String why);

  /** The overlay needs no link to a peer: closes the connections, unless something else uses or wants them. */
  void release(PeerId peer, String why);

  /** The overlay wants to keep, or no longer wants to keep, the link to a peer when connections are trimmed. */
  void keep(PeerId peer, boolean wanted);

  /** Whether a person or the configuration asked for a peer. */
  boolean isProtected(PeerId peer);

  /** Where this node can be reached, as it announces it. */
  List<Multiaddr> addresses();

  /** Asks all connections to a neighbour for a sign of life. */
  void doubt(PeerId peer);

  /** How busy this node is: 0 idle, 1000 it can take no more. */
  int loadPermille();
}
