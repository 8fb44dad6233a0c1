package org.openagi.p2p.simulator.node;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.simulator.net.Connection;

/** The connections of a process, as its message layer sees them. */
interface Peers {
  /** An open connection to a peer, null if there is none. */
  @Nullable
  Connection connectionTo(PeerId peer);

  /** Which end of a connection is this process's. */
  int sideOf(Connection connection);

  /** Connects to a peer, then tells whether that worked. */
  void dial(PeerId peer, Runnable done);
}
