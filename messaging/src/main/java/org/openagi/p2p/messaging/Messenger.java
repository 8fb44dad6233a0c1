package org.openagi.p2p.messaging;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * What an application does with messages on a node: sends them, and handles those of others. A node on a real network is one,
 * and so is one in the simulator; an application that is written against this runs on both.
 *
 * <p>Wherever a peer is named, its alias or its peer id will do; {@code *} is everyone. What sends needs a node that runs and
 * throws an {@link IllegalStateException} else; handlers may be registered before.
 */
public interface Messenger {
  /** The name of this node. */
  String nodeId();

  /**
   * Sends a message and waits for its acknowledgement.
   *
   * @param message its recipient is replaced by the one given here
   * @return true if the recipient has acknowledged it, false if it expired or was refused; fails with a {@link KeptException}
   *     if the node stops first and keeps the message for its next start
   */
  CompletableFuture<Boolean> sendMessage(NetworkMessage message, String recipient);

  /** {@link #submit(NetworkMessage, DeliveryOptions)} with the defaults. */
  default Delivery submit(NetworkMessage message) {
    return submit(message, DeliveryOptions.DEFAULT);
  }

  /** Queues a message. Returns at once; the delivery shows what becomes of it. */
  Delivery submit(NetworkMessage message, DeliveryOptions options);

  /**
   * The delivery of a message by its id: of one that waits, or ended not too long ago. With a durable store also of one that
   * an earlier process sent.
   */
  Optional<Delivery> delivery(String messageId);

  /** {@link #request(NetworkMessage, DeliveryOptions, Duration)} of type DATA. */
  default CompletableFuture<NetworkMessage> request(String peer, Bytes payload, Duration timeout) {
    return request(NetworkMessage.data(peer, payload), DeliveryOptions.DEFAULT, timeout);
  }

  /**
   * Asks a peer and waits for the answer of its {@link #registerRequestHandler request handler}.
   *
   * @return the answer; or fails with a {@link RequestException}
   */
  CompletableFuture<NetworkMessage> request(
      NetworkMessage message, DeliveryOptions options, Duration timeout);

  /** Adds a handler for messages of all types. */
  default void registerMessageHandler(MessageHandler handler) {
    for (MessageType type : MessageType.values()) registerMessageHandler(type, handler);
  }

  /** Adds a handler for messages of one type. Several of one type get each message of it, in the order they were added. */
  void registerMessageHandler(MessageType type, MessageHandler handler);

  /** Removes a handler from all types it was added for. */
  void removeMessageHandler(MessageHandler handler);

  /** Sets who answers requests of type DATA. */
  default void registerRequestHandler(RequestHandler handler) {
    registerRequestHandler(MessageType.DATA, handler);
  }

  /** Sets who answers requests of one type, in place of who did. Requests never reach message handlers. */
  void registerRequestHandler(MessageType type, RequestHandler handler);

  /** Answers no more requests of a type: they are refused. */
  void removeRequestHandler(MessageType type);
}
