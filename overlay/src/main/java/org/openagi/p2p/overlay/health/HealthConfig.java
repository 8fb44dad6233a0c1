package org.openagi.p2p.overlay.health;

import java.time.Duration;

/**
 * When a link is probed, suspected and given up. All bounds on what peers can make us do are here, too.
 *
 * @param interval silence after which a neighbour is probed: {@code heartbeat_interval}; 100 ms to 1 h
 * @param answerMin shortest time a probe may remain unanswered before it counts as missed. On TCP a lost segment costs
 *     200 ms and more
 * @param answerMax longest time, whatever was measured
 * @param trafficPatience how long bytes may go out, with none coming back, before the neighbour is probed; it is twice
 *     the answer time if that is more
 * @param deadMin how long a suspicion lasts if as many as possible confirm it
 * @param deadMax how long it lasts if nobody confirms it; as long again for a peer that others hear of
 * @param helpers neighbours that are asked, each time a probe is missed; 0 to 16
 * @param probesPerSecond most probes and questions sent a second, to all neighbours together
 * @param maxLinks most neighbours; further ones are not watched, which is counted
 * @param maxGone peers that are remembered after they were lost
 */
public record HealthConfig(
    Duration interval,
    Duration answerMin,
    Duration answerMax,
    Duration trafficPatience,
    Duration deadMin,
    Duration deadMax,
    int helpers,
    int probesPerSecond,
    int maxLinks,
    int maxGone) {
  /** Validates. */
  public HealthConfig {
    requireBetween("interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
    requireBetween("shortest answer time", answerMin, Duration.ofMillis(10), answerMax);
    requireBetween("traffic patience", trafficPatience, Duration.ofMillis(10), interval);
    requireBetween("shortest suspicion", deadMin, answerMin, deadMax);
    requireBetween("helpers", helpers, 0, 16);
    requireBetween("probes per second", probesPerSecond, 1, 100_000);
    requireBetween("links", maxLinks, 1, 1 << 20);
    requireBetween("gone peers", maxGone, 1, 1 << 20);
  }

  /**
   * What fits a heartbeat interval. A dead peer is suspected about a second after the probe that finds the silence, four
   * if nobody can be asked, and given up 6 s later (5 s if the interval is 1 s), three times that if nobody confirms it: a
   * machine that pauses for less is suspected, but not cut off.
   */
  public static HealthConfig of(Duration interval) {
    Duration deadMin =
        clamp(interval.multipliedBy(3), Duration.ofSeconds(5), Duration.ofSeconds(6));
    return new HealthConfig(
        interval,
        Duration.ofMillis(250),
        Duration.ofSeconds(4),
        clamp(Duration.ofMillis(300), Duration.ofMillis(10), interval),
        deadMin,
        deadMin.multipliedBy(3),
        3,
        200,
        4096,
        256);
  }

  /** What fits the default heartbeat interval of 30 s. */
  public static HealthConfig defaults() {
    return of(Duration.ofSeconds(30));
  }

  private static Duration clamp(Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0) return min;
    return value.compareTo(max) > 0 ? max : value;
  }

  private static void requireBetween(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          name + " of " + value + ", allowed are " + min + " to " + max);
    }
  }

  private static void requireBetween(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ", allowed are " + min + " to " + max);
    }
  }
}
