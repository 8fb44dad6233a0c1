package org.openagi.p2p.p2pd;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** What a client asks. Immutable, with lists that are bounded by {@link RequestCodec}. */
sealed interface Request {
  /** Who this node is and where it listens. */
  record Identify() implements Request {}

  /**
   * To connect to a peer.
   *
   * @param addresses where it may be, beside what is known; those of kinds unknown here are left out
   * @param timeoutSeconds 0 for the default
   */
  record Connect(PeerId peer, List<Multiaddr> addresses, long timeoutSeconds) implements Request {}

  /**
   * To turn this connection into a stream to a peer.
   *
   * @param protocols the first that the peer speaks is used
   * @param timeoutSeconds 0 for the default
   */
  record StreamOpen(PeerId peer, List<String> protocols, long timeoutSeconds) implements Request {}

  /**
   * To serve protocols.
   *
   * @param address where the client listens for a connection for each stream
   */
  record StreamHandler(Multiaddr address, List<String> protocols) implements Request {}

  /** Who is connected. */
  record ListPeers() implements Request {}

  /** To close all connections to a peer. */
  record Disconnect(PeerId peer) implements Request {}

  /**
   * To keep connections to a peer from being trimmed.
   *
   * @param weight above 0 keeps them
   */
  record TagPeer(PeerId peer, String tag, long weight) implements Request {}

  /** To undo that. */
  record UntagPeer(PeerId peer, String tag) implements Request {}

  /** Which protocols a peer is known to serve. */
  record PeerProtocols(PeerId peer) implements Request {}

  /** Where a peer is known to be. */
  record PeerAddresses(PeerId peer) implements Request {}

  /** Something well-formed that this node does not do; {@code what} begins a sentence. */
  record Unsupported(String what) implements Request {}
}
