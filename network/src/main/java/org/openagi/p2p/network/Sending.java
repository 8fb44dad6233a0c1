package org.openagi.p2p.network;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;

/** The way of a message from the user to the outbox of its recipient. Immutable. */
record Sending(RunningNode node, EventBus events, TimeSource time) {

  CompletableFuture<Boolean> send(NetworkMessage message) {
    Delivery delivery = submit(message, DeliveryOptions.DEFAULT);
    return delivery.outcome().thenApply(outcome -> {
      if (!outcome.isAcknowledged()) reportLoss(delivery, outcome);
      return outcome.isAcknowledged();
    });
  }

  Delivery submit(NetworkMessage message, DeliveryOptions options) {
    String sender = message.senderId();
    if (!sender.isEmpty() && !isThisNode(sender))
      return refused(
          message,
          options,
          RefusalReason.INVALID,
          "senderId '" + sender + "' is not this node, which is '"
              + node.identity().nodeId() + "'");
    if (message.recipientId().equals(NetworkMessage.EVERYONE))
      return node.messages().broadcast(message, options);
    try {
      Optional<PeerId> recipient = node.names().resolveNow(message.recipientId());
      return recipient.isPresent()
          ? submitTo(recipient.get(), message, options)
          : submitWhenFound(message, options);
    } catch (IllegalArgumentException e) {
      return refused(
          message,
          options,
          RefusalReason.INVALID,
          "recipient '" + message.recipientId() + "': " + e.getMessage());
    }
  }

  private Delivery submitTo(PeerId recipient, NetworkMessage message, DeliveryOptions options) {
    if (recipient.equals(node.identity().peerId()))
      return refused(message, options, RefusalReason.INVALID, "the recipient is this node itself");
    return node.messages().submit(recipient, message, options);
  }

  private Delivery submitWhenFound(NetworkMessage message, DeliveryOptions options) {
    NamedDelivery delivery = new NamedDelivery(message);
    node.names()
        .resolve(message.recipientId())
        .whenCompleteAsync(
            (recipient, failure) -> {
              if (failure == null) {
                delivery.onSubmitted(submitTo(recipient, message, options));
              } else {
                String why = String.valueOf(unwrapped(failure).getMessage());
                refuse(delivery, options, RefusalReason.UNKNOWN_PEER, why);
              }
            },
            VirtualThreads.EXECUTOR);
    return delivery;
  }

  private boolean isThisNode(String sender) {
    return sender.equals(node.identity().nodeId())
        || sender.equals(node.identity().peerId().toString());
  }

  private static Delivery refused(
      NetworkMessage message, DeliveryOptions options, RefusalReason reason, String detail) {
    NamedDelivery delivery = new NamedDelivery(message);
    VirtualThreads.EXECUTOR.execute(() -> refuse(delivery, options, reason, detail));
    return delivery;
  }

  private static void refuse(
      NamedDelivery delivery, DeliveryOptions options, RefusalReason reason, String detail) {
    Outcome.Refused refused = new Outcome.Refused(reason, detail);
    delivery.onRefused(refused);
    if (options.listener() != null) options.listener().onSettled(delivery, refused);
  }

  private void reportLoss(Delivery delivery, Outcome outcome) {
    String cause =
        switch (outcome) {
          case Outcome.Acknowledged acknowledged -> throw new IllegalArgumentException("not lost");
          case Outcome.Expired expired -> "expired: " + expired.reason();
          case Outcome.Refused refused -> "refused: " + refused.reason() + ", " + refused.detail();
        };
    events.publish(new FaultEvent(
        Instant.ofEpochMilli(time.epochMillis()),
        Fault.MESSAGE_LOST,
        Optional.empty(),
        cause,
        "message " + delivery.messageId() + " to " + delivery.message().recipientId()
            + " was not delivered"));
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
