package org.openagi.p2p.network;

import java.time.Duration;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;

/** Refuses every message; goes away as soon as the message layer is joined to the host. */
final class UnwiredMessages implements MessagePort {
  @Override
  public Delivery submit(PeerId recipient, NetworkMessage message, DeliveryOptions options) {
    return refused(message);
  }

  @Override
  public Delivery broadcast(NetworkMessage message, DeliveryOptions options) {
    return refused(message);
  }

  @Override
  public void handle(MessageType type, MessageHandler handler) {}

  @Override
  public void close(Duration grace) {}

  private static Delivery refused(NetworkMessage message) {
    NamedDelivery delivery = new NamedDelivery(message);
    delivery.onRefused(new Outcome.Refused(RefusalReason.NO_PROTOCOL, "no message layer"));
    return delivery;
  }
}
