package org.openagi.p2p.protocols.liveness;

/** What the liveness monitor thinks of a link. */
public enum LinkState {
  /** The peer was heard of recently, or has been asked and has time left to answer. */
  HEALTHY,
  /** The peer left at least one heartbeat unanswered. */
  SUSPECT,
  /** The peer left all heartbeats unanswered; the link is to be closed. */
  DEAD
}
