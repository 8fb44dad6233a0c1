package org.openagi.p2p.overlay.relay;

/** What a neighbour did that is held against it. */
public enum RelayFault {
  /** It neither took nor refused a parcel for long. */
  SILENT,
  /** It sent a parcel without hops or time left, or to where its trail says it was. */
  USELESS,
  /** It did not take a parcel of this node, which it could have. */
  REFUSED
}
