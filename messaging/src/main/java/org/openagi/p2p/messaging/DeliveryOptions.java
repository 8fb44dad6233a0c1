package org.openagi.p2p.messaging;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one message is to be delivered, where that differs from the defaults. Immutable.
 *
 * @param lifetime how long delivery is tried before the message expires, null for the default
 * @param listener told of the end, null if nobody needs to know
 * @param onlyWhileConnected whether the message is worth nothing later: it is refused with {@link
 *     RefusalReason#NOT_CONNECTED} if the peer is not connected, or ceases to be before it was sent, and expires if the
 *     peer ceases to be connected before it acknowledged
 * @param priority beyond what its type says
 */
public record DeliveryOptions(
    @Nullable Duration lifetime,
    @Nullable DeliveryListener listener,
    boolean onlyWhileConnected,
    Priority priority) {
  /** The longest lifetime, about 34 years. */
  public static final Duration MAX_LIFETIME = Duration.ofMillis(1L << 40);

  /** Nothing special. */
  public static final DeliveryOptions DEFAULT =
      new DeliveryOptions(null, null, false, Priority.NORMAL);

  /** Checks the lifetime: 1 ms up to {@link #MAX_LIFETIME}. */
  public DeliveryOptions {
    if (lifetime != null && (lifetime.toMillis() < 1 || lifetime.compareTo(MAX_LIFETIME) > 0)) {
      throw new IllegalArgumentException(
          "lifetime " + lifetime + " is not between 1 ms and " + MAX_LIFETIME);
    }
  }

  /** These options with another lifetime, null for the default. */
  public DeliveryOptions withLifetime(@Nullable Duration value) {
    return new DeliveryOptions(value, listener, onlyWhileConnected, priority);
  }

  /** These options with a listener, null for none. */
  public DeliveryOptions withListener(@Nullable DeliveryListener value) {
    return new DeliveryOptions(lifetime, value, onlyWhileConnected, priority);
  }

  /** These options for a message that is worth something only while the peer is connected, or for any. */
  public DeliveryOptions withOnlyWhileConnected(boolean value) {
    return new DeliveryOptions(lifetime, listener, value, priority);
  }

  /** These options with another priority. */
  public DeliveryOptions withPriority(Priority value) {
    return new DeliveryOptions(lifetime, listener, onlyWhileConnected, value);
  }

  /** The lifetime in milliseconds, 0 for the default. */
  public long lifetimeMillis() {
    return lifetime == null ? 0 : lifetime.toMillis();
  }
}
