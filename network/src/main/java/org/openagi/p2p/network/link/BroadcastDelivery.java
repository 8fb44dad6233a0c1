package org.openagi.p2p.network.link;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryListener;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;

/**
 * A message to everyone connected. Acknowledged when every part is; else it ends like the first part, in the
 * order of peers, that expired or was refused; kept if none was and a part is. Safe for any thread.
 */
final class BroadcastDelivery implements Delivery {
  private final NetworkMessage message;
  private final List<Delivery> parts;
  private final CompletableFuture<Outcome> outcome;

  BroadcastDelivery(
      NetworkMessage message, List<Delivery> parts, @Nullable DeliveryListener listener) {
    this.message = message;
    this.parts = List.copyOf(parts);
    CompletableFuture<?>[] all =
        this.parts.stream().map(Delivery::outcome).toArray(CompletableFuture[]::new);
    this.outcome = CompletableFuture.allOf(all).thenApply(ignored -> combined());
    if (listener != null) {
      outcome.thenAcceptAsync(
          end -> listener.onSettled(this, end),
          task -> Thread.ofVirtual().name("message-settled").start(task));
    }
  }

  private Outcome combined() {
    if (parts.isEmpty()) {
      return new Outcome.Refused(RefusalReason.NO_PROTOCOL, "nobody is connected");
    }
    Outcome worst = Outcome.Acknowledged.INSTANCE;
    for (Delivery part : parts) {
      Outcome end = part.outcome().join();
      boolean isLost = !end.isAcknowledged() && !(end instanceof Outcome.Kept);
      if (isLost) return end;
      if (!end.isAcknowledged()) worst = end;
    }
    return worst;
  }

  /** The id its user gave; else each part has its own, and this is that of the first. */
  @Override
  public String messageId() {
    String given = message.givenId();
    if (given != null) return given;
    return parts.isEmpty() ? "" : parts.getFirst().messageId();
  }

  @Override
  public NetworkMessage message() {
    return message;
  }

  @Override
  public State state() {
    if (outcome.isDone()) {
      return switch (outcome.join()) {
        case Outcome.Acknowledged a -> State.ACKNOWLEDGED;
        case Outcome.Expired e -> State.EXPIRED;
        case Outcome.Refused r -> State.REFUSED;
        case Outcome.Kept k -> State.KEPT;
      };
    }
    boolean allSent = parts.stream().allMatch(p -> p.state() != State.QUEUED);
    return allSent ? State.SENT : State.QUEUED;
  }

  @Override
  public CompletableFuture<Void> accepted() {
    return CompletableFuture.allOf(
        parts.stream().map(Delivery::accepted).toArray(CompletableFuture[]::new));
  }

  @Override
  public CompletableFuture<Outcome> outcome() {
    return outcome.copy();
  }

  @Override
  public long createdAtMillis() {
    return parts.isEmpty() ? message.timestamp() : parts.getFirst().createdAtMillis();
  }

  /** That of the part that ended last. */
  @Override
  public long endedAtMillis() {
    if (!outcome.isDone()) return 0;
    return parts.stream().mapToLong(Delivery::endedAtMillis).max().orElse(0);
  }

  /** That of the part that took most. */
  @Override
  public int attempts() {
    return parts.stream().mapToInt(Delivery::attempts).max().orElse(0);
  }

  @Override
  public List<Delivery> parts() {
    return parts;
  }
}
