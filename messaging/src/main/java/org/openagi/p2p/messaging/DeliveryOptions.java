package org.openagi.p2p.messaging;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one message is to be delivered, where that differs from the defaults. Immutable.
 *
 * @param lifetime how long delivery is tried before the message expires, null for the default
 * @param listener told of the end, null if nobody needs to know
 */
public record DeliveryOptions(
    @Nullable Duration lifetime, @Nullable DeliveryListener listener) {
  /** The longest lifetime, about 34 years. */
  public static final Duration MAX_LIFETIME = Duration.ofMillis(1L << 40);

  /** Nothing special. */
  public static final DeliveryOptions DEFAULT = new DeliveryOptions(null, null);

  /** Checks the lifetime: 1 ms up to {@link #MAX_LIFETIME}. */
  public DeliveryOptions {
    if (lifetime != null && (lifetime.toMillis() < 1 || lifetime.compareTo(MAX_LIFETIME) > 0)) {
      throw new IllegalArgumentException(
          "lifetime " + lifetime + " is not between 1 ms and " + MAX_LIFETIME);
    }
  }

  /** These options with another lifetime. */
  public DeliveryOptions withLifetime(Duration value) {
    return new DeliveryOptions(value, listener);
  }

  /** These options with a listener. */
  public DeliveryOptions withListener(DeliveryListener value) {
    return new DeliveryOptions(lifetime, value);
  }
}
