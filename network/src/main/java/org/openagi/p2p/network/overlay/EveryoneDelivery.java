package org.openagi.p2p.network.overlay;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryListener;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusedException;

/** The delivery of a message to everyone: acknowledged when the neighbours took it over. Safe for any thread. */
final class EveryoneDelivery implements Delivery {
  private final NetworkMessage message;
  private final String id;
  private final long createdMillis;
  private final long lifetimeMillis;
  private final @Nullable DeliveryListener listener;
  private final CompletableFuture<Void> accepted = new CompletableFuture<>();
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private volatile boolean sent;
  private volatile long endedMillis;

  EveryoneDelivery(
      NetworkMessage message,
      String id,
      long createdMillis,
      long lifetimeMillis,
      @Nullable DeliveryListener listener) {
    this.message = message;
    this.id = id;
    this.createdMillis = createdMillis;
    this.lifetimeMillis = lifetimeMillis;
    this.listener = listener;
  }

  /** It is with the neighbours, or waits for one to come. */
  void onSent() {
    sent = true;
    accepted.complete(null);
  }

  /** It ended; what comes later says nothing. Whoever waits is told on a virtual thread. */
  void end(Outcome end, long nowMillis) {
    if (endedMillis != 0) return;
    endedMillis = Math.max(1, nowMillis);
    Thread.ofVirtual().name("message-settled").start(() -> {
      if (end instanceof Outcome.Refused why) {
        accepted.completeExceptionally(new RefusedException(why));
      }
      accepted.complete(null);
      if (outcome.complete(end) && listener != null) listener.onSettled(this, end);
    });
  }

  long lifetimeMillis() {
    return lifetimeMillis;
  }

  boolean isEnded() {
    return endedMillis != 0;
  }

  @Override
  public String messageId() {
    return id;
  }

  @Override
  public NetworkMessage message() {
    return message;
  }

  @Override
  public State state() {
    if (!outcome.isDone()) return sent ? State.SENT : State.QUEUED;
    return switch (outcome.join()) {
      case Outcome.Acknowledged a -> State.ACKNOWLEDGED;
      case Outcome.Expired e -> State.EXPIRED;
      case Outcome.Refused r -> State.REFUSED;
      case Outcome.Kept k -> State.KEPT;
    };
  }

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
    return createdMillis;
  }

  @Override
  public long endedAtMillis() {
    return endedMillis;
  }

  @Override
  public int attempts() {
    return sent ? 1 : 0;
  }
}
