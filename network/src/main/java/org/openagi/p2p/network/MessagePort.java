package org.openagi.p2p.network;

import java.time.Duration;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.network.config.P2PConfig;

/** What the facade needs of the message layer. Safe for any thread. */
interface MessagePort {
  /** The message layer on top of a host that is not started yet. */
  static MessagePort attach(Host host, HostKey key, P2PConfig config, PeerDirectory directory) {
    return new UnwiredMessages();
  }

  /** Queues a message for one peer. */
  Delivery submit(PeerId recipient, NetworkMessage message, DeliveryOptions options);

  /** Queues a message for everyone connected now. */
  Delivery broadcast(NetworkMessage message, DeliveryOptions options);

  /** Sets the handler of a type, in place of an earlier one. */
  void handle(MessageType type, MessageHandler handler);

  /** Takes no more messages, waits for those on their way, at most so long, and ends. */
  void close(Duration grace);
}
