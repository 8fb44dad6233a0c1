package org.openagi.p2p.protocols.dialing;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** When to dial a peer again that should stay connected. Immutable but for its random source. */
public final class ReconnectPolicy {
  /** A link that held this long was a good one: the next loss starts the back-off anew. */
  public static final Duration STABLE_AFTER = Duration.ofSeconds(30);

  private final DialBackoff.Config shape;
  private final RandomGenerator random;

  /** Creates a policy. */
  public ReconnectPolicy(DialBackoff.Config shape, RandomGenerator random) {
    this.shape = shape;
    this.random = random;
  }

  /** 0.5 s, doubling up to 1 min, half up or down. */
  public static DialBackoff.Config defaultShape() {
    return new DialBackoff.Config(Duration.ofMillis(500), Duration.ofMinutes(1), 1, 1);
  }

  /**
   * Pause before the next attempt.
   *
   * @param failures attempts that failed, and connections that ended before {@link #STABLE_AFTER},
   *     in a row; at least 1
   */
  public Duration pause(int failures) {
    return Duration.ofNanos(DialBackoff.pauseNanos(shape, Math.max(1, failures), random));
  }

  /** Failures in a row after a connection ended that had lasted so long. */
  public int failuresAfter(Duration lasted, int failuresBefore) {
    return lasted.compareTo(STABLE_AFTER) >= 0 ? 1 : failuresBefore + 1;
  }
}
