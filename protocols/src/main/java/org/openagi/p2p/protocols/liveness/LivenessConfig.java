package org.openagi.p2p.protocols.liveness;

import java.time.Duration;

/**
 * When a link is suspected and given up. With the defaults a silent peer is suspected 40 s and given
 * up 60 s after it was last heard of.
 *
 * @param interval silence after which the peer is pinged
 * @param answer how long a ping may remain unanswered before it is missed and the next one is sent
 * @param missedLimit so many missed in a row and the link is dead
 */
public record LivenessConfig(Duration interval, Duration answer, int missedLimit) {
  public LivenessConfig {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("heartbeat interval is " + interval + ", must be > 0");
    }
    if (answer.isNegative() || answer.isZero()) {
      throw new IllegalArgumentException("heartbeat answer time is " + answer + ", must be > 0");
    }
    if (missedLimit < 1) throw new IllegalArgumentException("missed limit is " + missedLimit);
  }

  /** Ping after 30 s, 10 s for the answer, dead after 3 missed. */
  public static LivenessConfig defaults() {
    return new LivenessConfig(Duration.ofSeconds(30), Duration.ofSeconds(10), 3);
  }
}
