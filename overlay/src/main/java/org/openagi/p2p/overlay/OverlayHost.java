package org.openagi.p2p.overlay;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** What the overlay of a node may ask of the network below it: a real one, or a simulation. */
public interface OverlayHost extends OverlayPort {
  /** Connects to a peer, at these addresses or any other that is known. The link comes up, or the failure is told. */
  void dial(PeerId peer, List<Multiaddr> addresses);

  /**
   * Closes all connections to a peer.
   *
   * @param hostile whether because it broke rules, else because fewer links are wanted
   * @param why one sentence, which the peer may see
   */
  void disconnect(PeerId peer, boolean hostile, String why);
}
