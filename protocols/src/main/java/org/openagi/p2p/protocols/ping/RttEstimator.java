package org.openagi.p2p.protocols.ping;

/**
 * Smoothed round-trip time and its variation, as TCP keeps them. Confined to its owner.
 *
 * @see "RFC 6298, section 2"
 */
public final class RttEstimator {
  private long lastNanos = -1;
  private long smoothedNanos = -1;
  private long variationNanos;
  private long minNanos = Long.MAX_VALUE;

  /** Takes a measurement in nanoseconds; negative ones count as 0. */
  public void onSample(long rttNanos) {
    long rtt = Math.max(0, rttNanos);
    lastNanos = rtt;
    minNanos = Math.min(minNanos, rtt);
    if (smoothedNanos < 0) {
      smoothedNanos = rtt;
      variationNanos = rtt / 2;
      return;
    }
    variationNanos += (Math.abs(smoothedNanos - rtt) - variationNanos) / 4;
    smoothedNanos += (rtt - smoothedNanos) / 8;
  }

  /** The last measurement; -1 before the first. */
  public long lastNanos() {
    return lastNanos;
  }

  /** The smoothed value; -1 before the first measurement. */
  public long smoothedNanos() {
    return smoothedNanos;
  }

  /** The smoothed deviation. */
  public long variationNanos() {
    return variationNanos;
  }

  /** The smallest measurement; {@link Long#MAX_VALUE} before the first. */
  public long minNanos() {
    return minNanos;
  }
}
