package org.openagi.p2p.overlay.health;

/** When the silence of one peer is to be held against it. Confined to its owner; times are patient ones. */
interface Suspicion {
  /** Something was heard of the peer. */
  void onHeard(long nowNanos);

  /**
   * How long the next answer may take.
   *
   * @param missed probes left unanswered so far
   * @param localHealth score of {@link LocalHealth}
   */
  long answerNanos(RttWindow rtt, int missed, int localHealth);

  /** Whether it is to be suspected. */
  boolean suspects(Evidence evidence);

  /** Whether a suspected peer is to be given up. */
  boolean givesUp(Evidence evidence);
}
