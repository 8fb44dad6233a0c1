package org.openagi.p2p.overlay.health;

/**
 * The other way to suspect: how improbable a silence is by the times between signs of life so far, and nobody is asked.
 *
 * @see "Hayashibara, Défago, Yared, Katayama: The phi accrual failure detector, section 4"
 */
final class PhiAccrual implements Suspicion {
  private static final int SAMPLES = 200;

  private final HealthConfig config;
  private final double suspectPhi;
  private final double giveUpPhi;
  private final double[] gaps = new double[SAMPLES];
  private int count;
  private boolean started;
  private long heardNanos;

  PhiAccrual(HealthConfig config, double suspectPhi, double giveUpPhi) {
    this.config = config;
    this.suspectPhi = suspectPhi;
    this.giveUpPhi = giveUpPhi;
  }

  @Override
  public void onHeard(long nowNanos) {
    long gap = nowNanos - heardNanos;
    // Signs of life that come together are one.
    if (started && gap < config.interval().toNanos() / 4) return;
    if (started) gaps[count++ % SAMPLES] = gap;
    started = true;
    heardNanos = nowNanos;
  }

  @Override
  public long answerNanos(RttWindow rtt, int missed, int localHealth) {
    return Math.max(config.answerMin().toNanos(), rtt.lateNanos());
  }

  @Override
  public boolean suspects(Evidence evidence) {
    return phi(evidence.silentNanos()) >= suspectPhi;
  }

  @Override
  public boolean givesUp(Evidence evidence) {
    return phi(evidence.silentNanos()) >= giveUpPhi;
  }

  private double phi(double silentNanos) {
    double mean = config.interval().toNanos();
    double deviation = mean / 4;
    int known = Math.min(count, SAMPLES);
    if (known >= 10) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < known; i++) sum += gaps[i];
      mean = sum / known;
      for (int i = 0; i < known; i++) squares += (gaps[i] - mean) * (gaps[i] - mean);
      deviation = Math.max(Math.sqrt(squares / known), config.answerMin().toNanos());
    }
    // The tail of the normal distribution, by a logistic that is within 1 % of it.
    double y = (silentNanos - mean) / deviation;
    double e = Math.exp(-y * (1.5976 + 0.070566 * y * y));
    double later = y > 0 ? e / (1 + e) : 1 - 1 / (1 + e);
    return later <= 0 ? Double.MAX_VALUE : -Math.log10(later);
  }
}
