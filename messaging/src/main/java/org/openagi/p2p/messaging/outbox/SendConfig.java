package org.openagi.p2p.messaging.outbox;

import java.time.Duration;
import org.openagi.p2p.messaging.DeliveryOptions;

/**
 * How a lane sends. Immutable.
 *
 * @param lifetime of a message that says nothing else; after it the message expires
 * @param sealPause the least time between two seals when single messages wait for their acknowledgement
 * @param sealInterval the time between two seals while messages stream
 * @param sealBytes frames after which a bundle is sealed whatever the time
 * @param retryMin first pause after a stream was refused or failed
 * @param retryMax longest such pause
 */
public record SendConfig(
    Duration lifetime,
    Duration sealPause,
    Duration sealInterval,
    int sealBytes,
    Duration retryMin,
    Duration retryMax) {
  /**
   * 60 s; a seal costs some 70 µs of both ends together, so 250 µs keep it below a third of a core even for
   * a sender that waits for each acknowledgement, and 1 ms below a tenth; 1 MiB takes about as long.
   */
  public static SendConfig defaults() {
    return new SendConfig(
        Duration.ofSeconds(60),
        Duration.ofNanos(250_000),
        Duration.ofMillis(1),
        1 << 20,
        Duration.ofMillis(50),
        Duration.ofSeconds(5));
  }

  /** Checks the ranges. */
  public SendConfig {
    require(
        lifetime.toMillis() >= 1 && lifetime.compareTo(DeliveryOptions.MAX_LIFETIME) <= 0,
        "lifetime " + lifetime);
    require(!sealPause.isNegative(), "sealPause " + sealPause);
    require(sealInterval.compareTo(sealPause) >= 0, "sealInterval " + sealInterval);
    require(sealBytes >= 4096 && sealBytes <= 1 << 20, "sealBytes " + sealBytes);
    require(retryMin.toNanos() > 0 && retryMax.compareTo(retryMin) >= 0, "retry " + retryMin);
  }

  private static void require(boolean allowed, String what) {
    if (!allowed) throw new IllegalArgumentException(what + " is not allowed");
  }

  /** This with another default lifetime. */
  public SendConfig withLifetime(Duration value) {
    return new SendConfig(value, sealPause, sealInterval, sealBytes, retryMin, retryMax);
  }
}
