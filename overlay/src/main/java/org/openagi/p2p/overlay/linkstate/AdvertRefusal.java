package org.openagi.p2p.overlay.linkstate;

/** Why an advert was not taken, or not looked at. Each is counted. */
public enum AdvertRefusal {
  /** One as new or newer is known: normal where gossip meets. */
  OLD(false),
  /** Its lifetime has ended. */
  EXPIRED(false),
  /** Issued later than now, by more than clocks may differ. */
  FUTURE_DATED(false),
  /** The signature is not its origin's. */
  BAD_SIGNATURE(true),
  /** The neighbour sends more adverts than it may. */
  NEIGHBOUR_TOO_FAST(true),
  /** The origin makes new adverts faster than it may. */
  ORIGIN_TOO_FAST(false),
  /** Too many signatures wait to be checked. */
  BUSY(false),
  /** The table is full of nodes that are nearer. */
  TOO_FAR(false);

  private final boolean neighbourAtFault;

  AdvertRefusal(boolean neighbourAtFault) {
    this.neighbourAtFault = neighbourAtFault;
  }

  /** Whether the neighbour that passed it on could have known. */
  public boolean neighbourAtFault() {
    return neighbourAtFault;
  }
}
