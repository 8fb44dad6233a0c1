package org.openagi.p2p.overlay.health;

/**
 * SWIM without what Lifeguard adds: one missed probe, nobody who vouches, and a suspicion of fixed length.
 *
 * @see "Das, Gupta, Motivala: SWIM, sections 3.1 and 4.2"
 */
final class PlainSwim implements Suspicion {
  private final HealthConfig config;

  PlainSwim(HealthConfig config) {
    this.config = config;
  }

  @Override
  public void onHeard(long nowNanos) {
    // What was heard of it is in the evidence.
  }

  @Override
  public long answerNanos(RttWindow rtt, int missed, int localHealth) {
    return Math.max(config.answerMin().toNanos(), rtt.lateNanos());
  }

  @Override
  public boolean suspects(Evidence evidence) {
    return evidence.missed() >= 2 && !evidence.heardElsewhere();
  }

  @Override
  public boolean givesUp(Evidence evidence) {
    return evidence.suspectNanos() >= config.deadMin().toNanos();
  }
}
