package org.openagi.p2p.overlay.health;

import org.jspecify.annotations.Nullable;

/** Beyond which measures a link that lives is degraded. What is degraded has to do clearly better to be healthy again. */
final class Measures {
  private static final int LOSS_PERMILLE = 200;
  private static final int LOSS_PERMILLE_AGAIN = 100;
  private static final int LOSS_OUTCOMES_MIN = 10;
  private static final int LOAD_PERMILLE = 900;
  private static final int LOAD_PERMILLE_AGAIN = 700;
  private static final int RTT_SAMPLES_MIN = 8;
  private static final int RTT_FACTOR = 4;
  private static final int RTT_FACTOR_AGAIN = 2;
  private static final long RTT_MORE_NANOS = 100_000_000L;

  /** What is beyond its limit, with the limit; null if nothing is. */
  @Nullable
  String beyondLimits(Watch watch, boolean isDegraded) {
    int lossLimit = isDegraded ? LOSS_PERMILLE_AGAIN : LOSS_PERMILLE;
    int loss = watch.loss.permille();
    if (watch.loss.count() >= LOSS_OUTCOMES_MIN && loss >= lossLimit) {
      return "loss of " + loss + " ‰, limit " + lossLimit + " ‰";
    }
    int loadLimit = isDegraded ? LOAD_PERMILLE_AGAIN : LOAD_PERMILLE;
    int load = watch.loadPermille();
    if (load >= loadLimit) return "load of " + load + " ‰, limit " + loadLimit + " ‰";
    return slowerThanItWas(watch, isDegraded);
  }

  private static @Nullable String slowerThanItWas(Watch watch, boolean isDegraded) {
    if (watch.rtt.count() < RTT_SAMPLES_MIN) return null;
    long best = watch.rtt.minNanos();
    long more = RTT_MORE_NANOS / (isDegraded ? 2 : 1);
    long limit = Math.max(best * (isDegraded ? RTT_FACTOR_AGAIN : RTT_FACTOR), best + more);
    long rtt = watch.rtt.smoothedNanos();
    if (rtt < limit) return null;
    return "round trip of " + rtt / 1000 + " µs, limit " + limit / 1000 + " µs, best lately "
        + best / 1000 + " µs";
  }
}
