package org.openagi.p2p.network.link;

import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;

/** A way to everyone. Safe for any thread. */
@FunctionalInterface
public interface BroadcastRoute {
  /** Sends a message to everyone; never blocks, and refuses by the delivery's outcome. */
  Delivery broadcast(NetworkMessage message, DeliveryOptions options);

  /** Messages to everyone that came and could not be read. */
  default long unreadable() {
    return 0;
  }

  /** Messages to everyone that came after their lifetime. */
  default long expired() {
    return 0;
  }
}
