package org.openagi.p2p.network.peers;

import java.time.Instant;
import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * A peer that was connected.
 *
 * @param addresses where it was dialed or said to listen, at least one, without {@code /p2p/ID}
 * @param lastSeen when it was last connected, to the second
 */
public record RememberedPeer(PeerId peer, List<Multiaddr> addresses, Instant lastSeen) {
  /** Copies the list. */
  public RememberedPeer {
    addresses = List.copyOf(addresses);
  }
}
