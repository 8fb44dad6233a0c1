package org.openagi.p2p.net.discovery;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * Hears who is on the local network. Called on the thread of the discovery service, one call at a
 * time; must not block. What it hears is not authenticated before somebody has connected.
 */
public interface DiscoveryListener {

  /**
   * A peer is new, has other addresses, or has restarted.
   *
   * @param addresses all that is known, most recently heard first, each with the peer id at its end
   */
  void onPeer(PeerId peer, List<Multiaddr> addresses);

  /** A peer said good-bye or was not heard of for as long as it had promised. */
  void onPeerGone(PeerId peer);
}
