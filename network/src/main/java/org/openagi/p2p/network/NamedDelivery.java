package org.openagi.p2p.network;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryListener;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusedException;

/**
 * The delivery of a message whose recipient is still being looked for; afterwards it passes on what
 * the delivery to that peer says. Safe for any thread.
 */
final class NamedDelivery implements Delivery {
  private final NetworkMessage message;
  private final DeliveryOptions options;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

  private final CompletableFuture<Void> accepted = new CompletableFuture<>();

  private volatile @Nullable Delivery actual;

  NamedDelivery(NetworkMessage message, DeliveryOptions options) {
    this.message = message;
    this.options = options;
  }

  DeliveryOptions options() {
    return options;
  }

  /** The recipient was found and the message handed to its outbox. */
  void onSubmitted(Delivery delivery) {
    actual = delivery;
    delivery.outcome().thenAccept(outcome::complete);
    delivery.accepted().whenComplete((nothing, refused) -> {
      if (refused == null) accepted.complete(null);
      else accepted.completeExceptionally(refused);
    });
  }

  /** The message goes nowhere. Its observers are told on virtual threads. */
  void onRefused(Outcome.Refused refused) {
    VirtualThreads.EXECUTOR.execute(() -> {
      accepted.completeExceptionally(new RefusedException(refused));
      outcome.complete(refused);
    });
    DeliveryListener listener = options.listener();
    if (listener != null) VirtualThreads.EXECUTOR.execute(() -> listener.onSettled(this, refused));
  }

  /** That of the message, or empty while the recipient is looked for and none was given. */
  @Override
  public String messageId() {
    Delivery delivery = actual;
    return delivery == null ? message.messageId() : delivery.messageId();
  }

  @Override
  public NetworkMessage message() {
    Delivery delivery = actual;
    return delivery == null ? message : delivery.message();
  }

  @Override
  public State state() {
    Delivery delivery = actual;
    if (delivery != null) return delivery.state();
    return outcome.isDone() ? State.REFUSED : State.QUEUED;
  }

  /** Not before the recipient was found: until then the message is in memory only. */
  @Override
  public CompletableFuture<Void> accepted() {
    return accepted.copy();
  }

  @Override
  public CompletableFuture<Outcome> outcome() {
    return outcome.copy();
  }

  @Override
  public long createdAtMillis() {
    Delivery delivery = actual;
    return delivery == null ? message.timestamp() : delivery.createdAtMillis();
  }

  /** Not remembered if the name was not found. */
  @Override
  public long endedAtMillis() {
    Delivery delivery = actual;
    return delivery == null ? 0 : delivery.endedAtMillis();
  }

  @Override
  public int attempts() {
    Delivery delivery = actual;
    return delivery == null ? 0 : delivery.attempts();
  }

  @Override
  public List<Delivery> parts() {
    Delivery delivery = actual;
    return delivery == null ? List.of() : delivery.parts();
  }
}
