package org.openagi.p2p.messaging;

/**
 * How urgent a message is beyond what its type says. Order holds within sender, recipient and class: messages of
 * different priority may overtake each other.
 */
public enum Priority {
  /** As its type says. */
  NORMAL,
  /**
   * A DATA message overtakes those of normal priority, in the lane {@link Lane#EXPRESS}. That works because there is
   * little in it: a node keeps at most a small share of a peer's outbox for it, and refuses more. On other types
   * it changes nothing, they overtake DATA anyway.
   */
  HIGH
}
