package org.openagi.p2p.overlay.health;

import java.util.Arrays;

/**
 * The last round-trip times of a link. Confined to its owner.
 *
 * @see "RFC 6298, section 2 (smoothing)"
 * @see "RFC 3550, section 6.4.1 (jitter)"
 */
final class RttWindow {
  /** Round trips that percentiles are taken of. */
  static final int SAMPLES = 64;

  /**
   * Of so many first round trips the shortest counts: what the others took longer is connections that open and programs that
   * warm up, and an average would remember it for minutes.
   */
  static final int FIRST_SAMPLES = 4;

  private final long[] samples = new long[SAMPLES];
  private int count;
  private int next;
  private int smoothed;
  private long smoothedNanos;
  private long variationNanos;
  private long jitterNanos;
  private long lastNanos = -1;

  /** Takes a round trip; negative ones count as 0. */
  void add(long rttNanos) {
    smooth(Math.max(0, rttNanos));
    addLate(rttNanos);
  }

  /** Takes one for the percentiles only: of a probe that was given up for a newer one, as Karn's rule has it. */
  void addLate(long rttNanos) {
    samples[next] = Math.max(0, rttNanos);
    next = (next + 1) % SAMPLES;
    count = Math.min(SAMPLES, count + 1);
  }

  private void smooth(long rtt) {
    if (lastNanos < 0) {
      smoothedNanos = rtt;
      variationNanos = rtt / 2;
    } else {
      variationNanos += (Math.abs(smoothedNanos - rtt) - variationNanos) / 4;
      smoothedNanos =
          isYoung() ? Math.min(smoothedNanos, rtt) : smoothedNanos + (rtt - smoothedNanos) / 8;
      jitterNanos += (Math.abs(rtt - lastNanos) - jitterNanos) / 16;
    }
    lastNanos = rtt;
    if (isYoung()) smoothed++;
  }

  /** Whether there are too few round trips to know how long they take. */
  boolean isYoung() {
    return smoothed < FIRST_SAMPLES;
  }

  int count() {
    return count;
  }

  boolean isEmpty() {
    return lastNanos < 0;
  }

  long smoothedNanos() {
    return smoothedNanos;
  }

  long jitterNanos() {
    return jitterNanos;
  }

  /** Beyond this an answer is late: smoothed plus four deviations. */
  long lateNanos() {
    return smoothedNanos + 4 * variationNanos;
  }

  /** The shortest of the window; 0 if it is empty. */
  long minNanos() {
    long min = count == 0 ? 0 : Long.MAX_VALUE;
    for (int i = 0; i < count; i++) min = Math.min(min, samples[i]);
    return min;
  }

  /** The smallest round trip that so many per cent of the window do not exceed; 0 if it is empty. */
  long percentileNanos(int percent) {
    if (count == 0) return 0;
    long[] sorted = Arrays.copyOf(samples, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100.0 * count);
    return sorted[Math.max(0, rank - 1)];
  }
}
