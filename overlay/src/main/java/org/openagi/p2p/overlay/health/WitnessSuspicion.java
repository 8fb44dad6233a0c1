package org.openagi.p2p.overlay.health;

/**
 * Suspicion as in SWIM, with what Lifeguard adds: several probes and several witnesses before a peer is suspected, and a
 * suspicion that ends the sooner the more of them confirm it. The fewer can be asked, the more patience.
 *
 * @see "Das, Gupta, Motivala: SWIM, sections 4.1 and 4.2"
 * @see "Dadgar, Phillips, Currey: Lifeguard, section IV"
 */
final class WitnessSuspicion implements Suspicion {
  /** Missed probes that suffice if witnesses confirm the silence. */
  static final int MISSED_CONFIRMED = 3;

  /** Missed probes that suffice if nobody can be asked, or nobody answers. */
  static final int MISSED_ALONE = 6;

  /** Witnesses that are to be as deaf as we are, if there are so many. */
  static final int WITNESSES = 2;

  /** Confirmations that make a suspicion as short as it gets. */
  static final int CONFIRMATIONS = 3;

  private final HealthConfig config;

  WitnessSuspicion(HealthConfig config) {
    this.config = config;
  }

  @Override
  public void onHeard(long nowNanos) {
    // What was heard of it is in the evidence.
  }

  @Override
  public long answerNanos(RttWindow rtt, int missed, int localHealth) {
    long min = config.answerMin().toNanos();
    long late = Math.max(min, rtt.lateNanos());
    long backedOff = late << Math.clamp(missed - 2, 0, 2);
    return Math.min(config.answerMax().toNanos(), backedOff) * (1 + localHealth);
  }

  @Override
  public boolean suspects(Evidence evidence) {
    if (evidence.heardElsewhere()) return false;
    int wanted = Math.min(WITNESSES, evidence.helpers());
    boolean confirmed = wanted > 0 && evidence.silentWitnesses() >= wanted;
    return evidence.missed() >= (confirmed ? MISSED_CONFIRMED : MISSED_ALONE);
  }

  @Override
  public boolean givesUp(Evidence evidence) {
    return evidence.suspectNanos() >= suspicionNanos(evidence.silentWitnesses());
  }

  /** Lifeguard's local health aware suspicion: logarithmic, so that the first confirmation counts most. */
  private long suspicionNanos(int confirmations) {
    long min = config.deadMin().toNanos();
    long max = config.deadMax().toNanos();
    double part = StrictMath.log(Math.min(confirmations, CONFIRMATIONS) + 1)
        / StrictMath.log(CONFIRMATIONS + 1);
    return max - (long) ((max - min) * part);
  }
}
