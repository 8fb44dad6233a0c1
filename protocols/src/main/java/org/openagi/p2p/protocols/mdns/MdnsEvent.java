package org.openagi.p2p.protocols.mdns;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** What discovery has to tell. Nothing here is authenticated: any host of the link may claim it. */
public sealed interface MdnsEvent {

  /** The peer it is about. */
  PeerId peer();

  /**
   * A peer is new, has other addresses, or has restarted.
   *
   * @param addresses all that is known, most recently heard first, each with the peer id at its end
   */
  record PeerFound(PeerId peer, List<Multiaddr> addresses) implements MdnsEvent {
    /** Copies the list. */
    public PeerFound {
      addresses = List.copyOf(addresses);
    }
  }

  /** A peer is not here any more, as far as multicast can tell. */
  record PeerGone(PeerId peer, Cause cause) implements MdnsEvent {}

  /** Why a peer is gone. */
  enum Cause {
    /** It said good-bye. */
    GOODBYE,
    /** Nothing was heard of it for the time it had promised. */
    EXPIRED,
    /** The table was full and it was the one not heard of for longest. */
    EVICTED,
    /** The link it was seen on is gone. */
    LINK_DOWN
  }
}
