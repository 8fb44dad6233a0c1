package org.openagi.p2p.simulator.net;

import org.openagi.p2p.overlay.LinkLoss;

/** A process on a machine, as its connections see it. */
public interface Endpoint {
  /** A connection was made; {@code side} is this end of it, 0 if this process dialed. */
  void onConnected(Connection connection, int side);

  /** Something arrived. */
  void onData(Connection connection, int side, Object payload, int bytes);

  /** The connection ended, not because this end closed it. */
  void onClosed(Connection connection, int side, LinkLoss why);
}
