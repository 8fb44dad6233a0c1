package org.openagi.p2p.overlay.linkstate;

import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.LinkQuality;

/**
 * One end's word on a link, in steps so coarse that only what matters makes a new advert.
 *
 * @param peer the other end
 * @param rttStep round-trip time of {@code 100 µs · 2^(step/4)}, 0 to 63; 0 also for less. 255: not measured
 * @param lossStep loss of {@code step} per cent up to 10, then 5 per cent a step up to 28 (100 per cent)
 * @param loadStep eighths of what the link can take, 0 to 8
 * @see "docs/wire/overlay-linkstate.md, section 2"
 */
public record AdvertLink(PeerId peer, int rttStep, int lossStep, int loadStep) {
  /** The round-trip time was not measured. */
  public static final int RTT_UNKNOWN = 255;

  static final int MAX_RTT_STEP = 63;
  static final int MAX_LOSS_STEP = 28;
  static final int MAX_LOAD_STEP = 8;

  private static final int FIRST_RTT_MICROS = 100;
  private static final int STEPS_PER_DOUBLING = 4;
  private static final int FINE_LOSS_STEPS = 10;
  private static final int COARSE_LOSS_PERMILLE = 50;
  private static final int LOAD_PERMILLE = 125;

  /** What a link is taken to need while nobody has measured it: a slow one, so that it has to prove itself. */
  private static final int UNKNOWN_RTT_MICROS = 100_000;

  /** Work of a node that passes something on; makes fewer hops better among equals. */
  private static final long HOP_MICROS = 500;

  /** How long a loss delays what follows, beyond the round trip that it takes to be noticed. */
  private static final long LOSS_MICROS = 200_000;

  private static final long[] RTT_MICROS = rttOfSteps();

  /** Validates. */
  public AdvertLink {
    if (rttStep != RTT_UNKNOWN && (rttStep < 0 || rttStep > MAX_RTT_STEP)) {
      throw new IllegalArgumentException("rtt step " + rttStep);
    }
    if (lossStep < 0 || lossStep > MAX_LOSS_STEP) {
      throw new IllegalArgumentException("loss step " + lossStep);
    }
    if (loadStep < 0 || loadStep > MAX_LOAD_STEP) {
      throw new IllegalArgumentException("load step " + loadStep);
    }
  }

  private static long[] rttOfSteps() {
    long[] micros = new long[MAX_RTT_STEP + 1];
    for (int step = 0; step <= MAX_RTT_STEP; step++) {
      micros[step] =
          Math.round(FIRST_RTT_MICROS * StrictMath.pow(2, (double) step / STEPS_PER_DOUBLING));
    }
    return micros;
  }

  /** The steps that are nearest to a measure. */
  static AdvertLink of(PeerId peer, LinkQuality quality) {
    return new AdvertLink(
        peer,
        rttStep(quality.rttMicros()),
        lossStep(quality.lossPermille()),
        clamp(quality.loadPermille() / LOAD_PERMILLE, MAX_LOAD_STEP));
  }

  private static int rttStep(int micros) {
    if (micros <= 0) return RTT_UNKNOWN;
    int step = 0;
    while (step < MAX_RTT_STEP && RTT_MICROS[step] < micros) step++;
    if (step > 0 && micros - RTT_MICROS[step - 1] < RTT_MICROS[step] - micros) step--;
    return step;
  }

  private static int lossStep(int permille) {
    int fine = permille / 10;
    if (fine <= FINE_LOSS_STEPS) return Math.max(0, fine);
    return clamp(FINE_LOSS_STEPS + (permille - 100) / COARSE_LOSS_PERMILLE, MAX_LOSS_STEP);
  }

  private static int clamp(int value, int max) {
    return Math.max(0, Math.min(max, value));
  }

  /** Loss in parts per thousand. */
  public int lossPermille() {
    return lossStep <= FINE_LOSS_STEPS
        ? 10 * lossStep
        : 100 + COARSE_LOSS_PERMILLE * (lossStep - FINE_LOSS_STEPS);
  }

  /** Round-trip time in microseconds; a pessimistic one if it was not measured. */
  public long rttMicros() {
    return rttStep == RTT_UNKNOWN ? UNKNOWN_RTT_MICROS : RTT_MICROS[rttStep];
  }

  /**
   * Expected time in microseconds to pass something over the link: half the round trip, what losses add on average, and the
   * wait that a loaded link means (as in a queue: 1 / (1 − load), at most tenfold).
   */
  public int costMicros() {
    long rtt = rttMicros();
    long oneWay = rtt / 2 + (rtt + LOSS_MICROS) * lossPermille() / 1000;
    long free = Math.max(100, 1000 - LOAD_PERMILLE * loadStep);
    return (int) Math.min(Integer.MAX_VALUE / 256, HOP_MICROS + oneWay * 1000 / free);
  }

  /** Whether another measure of the same link is so different that others should hear of it. */
  boolean differsMuch(AdvertLink other) {
    long mine = costMicros();
    long theirs = other.costMicros();
    return Math.abs(mine - theirs) * 3 > Math.min(mine, theirs);
  }
}
