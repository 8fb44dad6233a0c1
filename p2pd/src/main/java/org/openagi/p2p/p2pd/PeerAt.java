package org.openagi.p2p.p2pd;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** A peer and where it is. Immutable. */
record PeerAt(PeerId peer, List<Multiaddr> addresses) {
  PeerAt {
    addresses = List.copyOf(addresses);
  }
}
