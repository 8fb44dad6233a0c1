package org.openagi.p2p.overlay.health;

/** What is thought of a neighbour, or of one that is to become one. */
public enum HealthState {
  /** It is being dialed. */
  CONNECTING,
  /** It has proved its key; nothing was heard of it since. */
  AUTHENTICATED,
  /** It was heard of recently, or has time left to answer, and no measure is beyond its limit. */
  HEALTHY,
  /** It lives, but a measure is beyond its limit, or only others hear of it, or it is our own network that fails. */
  DEGRADED,
  /** It left probes unanswered, and nobody who was asked vouches for it. To be avoided while it lasts. */
  SUSPECT,
  /** The link is over: it broke, or the peer did not refute the suspicion in time. */
  DEAD;

  /** Whether traffic should go another way if there is one. */
  public boolean toAvoid() {
    return this == SUSPECT || this == DEAD;
  }
}
