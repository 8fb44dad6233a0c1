package org.openagi.p2p.messaging.inbox;

import java.time.Duration;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.codec.WireLimits;

/**
 * How messages are taken in. Immutable.
 *
 * @param verifyBeforeDelivery whether handlers wait for the seal; if not, only acknowledgements do
 * @param maxMessageBytes larger payloads are refused
 * @param maxUnsealedBytes what a lane may send without a seal
 * @param retryAttempts how often a message is handed over again after its handler threw
 * @param retryMin pause before the first of these attempts; doubles with each
 * @param retryMax longest such pause
 * @param messagesPerSecond what one peer may send on average; beyond it, its streams are not read
 * @param bytesPerSecond the same in bytes on the wire
 */
public record ReceiveConfig(
    boolean verifyBeforeDelivery,
    int maxMessageBytes,
    long maxUnsealedBytes,
    int retryAttempts,
    Duration retryMin,
    Duration retryMax,
    double messagesPerSecond,
    double bytesPerSecond) {
  /** The rates are far above what a busy link does: they stop floods, not load. */
  public static ReceiveConfig defaults() {
    return new ReceiveConfig(
        false,
        NetworkMessage.MAX_PAYLOAD_BYTES,
        16L << 20,
        3,
        Duration.ofMillis(100),
        Duration.ofSeconds(5),
        20_000_000,
        4e9);
  }

  /** Checks the ranges. */
  public ReceiveConfig {
    require(
        maxMessageBytes >= 1 && maxMessageBytes <= NetworkMessage.MAX_PAYLOAD_BYTES,
        "maxMessageBytes " + maxMessageBytes);
    require(
        maxUnsealedBytes >= WireLimits.MIN_UNSEALED_BYTES, "maxUnsealedBytes " + maxUnsealedBytes);
    require(retryAttempts >= 0 && retryAttempts <= 100, "retryAttempts " + retryAttempts);
    require(retryMin.toNanos() > 0 && retryMax.compareTo(retryMin) >= 0, "retryMin " + retryMin);
    require(messagesPerSecond >= 1 && messagesPerSecond <= 1e9, "messages/s " + messagesPerSecond);
    require(bytesPerSecond >= 1024 && bytesPerSecond <= 1e12, "bytes/s " + bytesPerSecond);
  }

  private static void require(boolean allowed, String what) {
    if (!allowed) throw new IllegalArgumentException(what + " is not allowed");
  }

  /** This with the strict order of checking and delivery, or without. */
  public ReceiveConfig withVerifyBeforeDelivery(boolean value) {
    return new ReceiveConfig(
        value,
        maxMessageBytes,
        maxUnsealedBytes,
        retryAttempts,
        retryMin,
        retryMax,
        messagesPerSecond,
        bytesPerSecond);
  }

  /** This with another number of further attempts. */
  public ReceiveConfig withRetryAttempts(int value) {
    return new ReceiveConfig(
        verifyBeforeDelivery,
        maxMessageBytes,
        maxUnsealedBytes,
        value,
        retryMin,
        retryMax,
        messagesPerSecond,
        bytesPerSecond);
  }

  /** This with other rates. */
  public ReceiveConfig withRates(double messages, double bytes) {
    return new ReceiveConfig(
        verifyBeforeDelivery,
        maxMessageBytes,
        maxUnsealedBytes,
        retryAttempts,
        retryMin,
        retryMax,
        messages,
        bytes);
  }

  /** This with a smaller largest message. */
  public ReceiveConfig withMaxMessageBytes(int value) {
    return new ReceiveConfig(
        verifyBeforeDelivery,
        value,
        maxUnsealedBytes,
        retryAttempts,
        retryMin,
        retryMax,
        messagesPerSecond,
        bytesPerSecond);
  }
}
