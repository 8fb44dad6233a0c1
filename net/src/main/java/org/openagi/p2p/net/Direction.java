package org.openagi.p2p.net;

/** Who opened a connection. */
public enum Direction {
  /** The remote peer dialed us. */
  INBOUND,
  /** We dialed the remote peer. */
  OUTBOUND
}
