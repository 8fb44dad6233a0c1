package org.openagi.p2p.overlay.relay;

/** What a neighbour did that is held against it. */
public enum RelayFault {
  /** It neither took nor refused a parcel for long. */
  SILENT
}
