package org.openagi.p2p.messaging;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/**
 * The delivery of a message as a store knows it, also one that an earlier process sent. Safe for any thread.
 *
 * <p>Of a message that was acknowledged the store keeps the end only: then {@link #message} is of type DATA whatever it
 * was, and has no payload.
 */
public final class RememberedDelivery implements Delivery {
  private final StoredMessage stored;
  private final @Nullable OutboxEntry entry;
  private final NetworkMessage message;

  /** The delivery of what a store found. */
  public RememberedDelivery(StoredMessage stored) {
    this.stored = stored;
    this.entry = stored.entry();
    this.message = entry == null
        ? NetworkMessage.received(
            number -> stored.messageId(),
            stored.number(),
            null,
            "",
            stored.recipient().toString(),
            MessageType.DATA,
            Bytes.EMPTY,
            0,
            NetworkMessage.DEFAULT_TTL)
        : entry.message();
  }

  /** The end that is remembered beside an entry, or instead of it. */
  private Outcome end() {
    return Objects.requireNonNull(stored.end(), "a message that waits has an entry");
  }

  @Override
  public String messageId() {
    return stored.messageId();
  }

  @Override
  public NetworkMessage message() {
    return message;
  }

  @Override
  public State state() {
    if (entry != null && stored.end() == null) return entry.state();
    return switch (end()) {
      case Outcome.Acknowledged acknowledged -> State.ACKNOWLEDGED;
      case Outcome.Expired expired -> State.EXPIRED;
      case Outcome.Refused refused -> State.REFUSED;
      case Outcome.Kept kept -> State.KEPT;
    };
  }

  @Override
  public CompletableFuture<Void> accepted() {
    return entry == null ? CompletableFuture.completedFuture(null) : entry.accepted();
  }

  @Override
  public CompletableFuture<Outcome> outcome() {
    return entry != null && stored.end() == null
        ? entry.outcome()
        : CompletableFuture.completedFuture(end());
  }

  @Override
  public long createdAtMillis() {
    return entry == null ? 0 : entry.createdAtMillis();
  }

  @Override
  public long endedAtMillis() {
    return entry == null || stored.endedAtMillis() != 0
        ? stored.endedAtMillis()
        : entry.endedAtMillis();
  }

  @Override
  public int attempts() {
    return entry == null ? 0 : entry.attempts();
  }

  @Override
  public String toString() {
    return "Delivery[" + messageId() + " " + state() + "]";
  }
}
