package org.openagi.p2p.network;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
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
import org.openagi.p2p.network.link.MessageService;

/** The way of a message from the user to the outbox of its recipient. Safe for any thread. */
final class MessageSender {
  private final Identity self;
  private final PeerNames names;
  private final MessageService messages;
  private final EventBus events;
  private final TimeSource time;
  private final WaitingRoom.Budget budget = new WaitingRoom.Budget();

  /** Messages to names that are being looked for; empty nearly always. */
  private final Map<String, WaitingRoom> waiting = new ConcurrentHashMap<>();

  MessageSender(
      Identity self, PeerNames names, MessageService messages, EventBus events, TimeSource time) {
    this.self = self;
    this.names = names;
    this.messages = messages;
    this.events = events;
    this.time = time;
  }

  CompletableFuture<Boolean> send(NetworkMessage message) {
    Delivery delivery = submit(message, DeliveryOptions.DEFAULT);
    return delivery
        .outcome()
        .thenAccept(outcome -> reportLoss(delivery, outcome))
        .thenCompose(nothing -> delivery.acknowledged());
  }

  /**
   * As {@link #submit}, but waits for room. Messages to a name that is looked for go first: those behind them wait until
   * they have left.
   */
  Delivery submitAwaiting(NetworkMessage message, DeliveryOptions options)
      throws InterruptedException {
    if (message.recipientId().equals(NetworkMessage.EVERYONE) || !isSenderRight(message)) {
      return submit(message, options);
    }
    String recipient = message.recipientId();
    try {
      WaitingRoom room;
      while ((room = waiting.get(recipient)) != null) room.emptied().get();
      PeerId peer = names.resolve(recipient).get();
      if (peer.equals(self.peerId())) return submitTo(peer, message, options);
      return messages.submitAwaiting(peer, message, options);
    } catch (ExecutionException e) {
      Throwable why = unwrapped(e);
      RefusalReason reason = why instanceof IllegalArgumentException
          ? RefusalReason.INVALID
          : RefusalReason.UNKNOWN_PEER;
      return refused(
          message, options, reason, "recipient '" + recipient + "': " + why.getMessage());
    }
  }

  private boolean isSenderRight(NetworkMessage message) {
    return message.senderId().isEmpty() || isThisNode(message.senderId());
  }

  Delivery submit(NetworkMessage message, DeliveryOptions options) {
    if (!isSenderRight(message))
      return refused(
          message,
          options,
          "senderId '" + message.senderId() + "' is not this node, which is '" + self.nodeId()
              + "'");
    String recipient = message.recipientId();
    if (recipient.equals(NetworkMessage.EVERYONE)) return messages.broadcast(message, options);
    if (!waiting.isEmpty()) {
      Delivery queued = submitBehindOthers(recipient, message, options);
      if (queued != null) return queued;
    }
    try {
      Optional<PeerId> peer = names.resolveToUse(recipient);
      return peer.isPresent()
          ? submitTo(peer.get(), message, options)
          : submitWhenFound(recipient, message, options);
    } catch (IllegalArgumentException e) {
      return refused(message, options, "recipient '" + recipient + "': " + e.getMessage());
    }
  }

  Delivery submitTo(PeerId recipient, NetworkMessage message, DeliveryOptions options) {
    return recipient.equals(self.peerId())
        ? refused(message, options, "the recipient is this node itself")
        : messages.submit(recipient, message, options);
  }

  private @Nullable Delivery submitBehindOthers(
      String recipient, NetworkMessage message, DeliveryOptions options) {
    WaitingRoom room = waiting.get(recipient);
    return room == null ? null : room.submit(message, options);
  }

  private Delivery submitWhenFound(
      String recipient, NetworkMessage message, DeliveryOptions options) {
    while (true) {
      WaitingRoom fresh = new WaitingRoom(this, budget);
      WaitingRoom room = waiting.putIfAbsent(recipient, fresh);
      Delivery delivery = (room == null ? fresh : room).submit(message, options);
      if (room == null) resolve(recipient, fresh);
      if (delivery != null) return delivery;
      // The room was emptied this moment: the name is known now, or is looked for once more.
      Optional<PeerId> peer = names.resolveToUse(recipient);
      if (peer.isPresent()) return submitTo(peer.get(), message, options);
    }
  }

  private void resolve(String recipient, WaitingRoom room) {
    names
        .resolve(recipient)
        .whenCompleteAsync(
            (peer, failure) -> {
              Runnable leave = () -> waiting.remove(recipient, room);
              if (failure == null) room.onFound(peer, leave);
              else room.onNotFound(String.valueOf(unwrapped(failure).getMessage()), leave);
            },
            VirtualThreads.EXECUTOR);
  }

  private boolean isThisNode(String sender) {
    return sender.equals(self.nodeId()) || sender.equals(self.peerId().toString());
  }

  private static Delivery refused(NetworkMessage message, DeliveryOptions options, String detail) {
    return refused(message, options, RefusalReason.INVALID, detail);
  }

  private static Delivery refused(
      NetworkMessage message, DeliveryOptions options, RefusalReason reason, String detail) {
    NamedDelivery delivery = new NamedDelivery(message, options);
    delivery.onRefused(new Outcome.Refused(reason, detail));
    return delivery;
  }

  private void reportLoss(Delivery delivery, Outcome outcome) {
    String cause =
        switch (outcome) {
          case Outcome.Acknowledged acknowledged -> null;
          case Outcome.Kept kept -> null;
          case Outcome.Expired expired -> "expired: " + expired.reason();
          case Outcome.Refused refused -> "refused: " + refused.reason() + ", " + refused.detail();
        };
    if (cause == null) return;
    events.publish(new FaultEvent(
        Instant.ofEpochMilli(time.epochMillis()),
        Fault.MESSAGE_LOST,
        Optional.empty(),
        cause,
        "message "
            + delivery.messageId()
            + " to "
            + delivery.message().recipientId()
            + " was not delivered"));
  }

  private static Throwable unwrapped(Throwable failure) {
    boolean wraps = failure instanceof CompletionException || failure instanceof ExecutionException;
    return wraps && failure.getCause() != null ? failure.getCause() : failure;
  }
}
