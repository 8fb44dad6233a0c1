package org.openagi.p2p.protocols.peers;

/** Where an address came from, most trusted first. */
public enum AddressSource {
  /** Configured by the user. */
  MANUAL,
  /** A connection to it succeeded. */
  CONNECTED,
  /** In a peer record signed by the peer. */
  CERTIFIED,
  /** Seen on the local network. */
  MDNS,
  /** Said by the peer in identify. */
  IDENTIFY,
  /** Remembered from an earlier run. */
  REMEMBERED,
  /** Told by somebody else. */
  THIRD_PARTY
}
