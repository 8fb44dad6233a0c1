package org.openagi.p2p.overlay.reputation;

/** What follows from a score; each includes the ones before it. */
public enum Standing {
  /** Nothing. */
  GOOD,
  /** Its connections are the first to go when there are too many. */
  TRIMMED_FIRST,
  /** Nothing is routed by way of it if there is another way. */
  NOT_ROUTED,
  /** Its connections are cut and new ones are refused. */
  REFUSED;

  /** Whether parcels may take their way over it without need. */
  public boolean mayRoute() {
    return compareTo(NOT_ROUTED) < 0;
  }
}
