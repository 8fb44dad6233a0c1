package org.openagi.p2p.network.config;

/** How a node finds others. */
public enum Discovery {
  /** Multicast DNS on the local network, beside the peers listed and those remembered. */
  ZEROCONF,
  /** Only the peers listed and those remembered; nothing is sent to the local network. */
  MANUAL
}
