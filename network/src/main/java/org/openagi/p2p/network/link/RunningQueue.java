package org.openagi.p2p.network.link;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/** Changes the queue of a node that runs, on the event loops that own its parts. Safe for any thread. */
record RunningQueue(MessageService service) implements QueueOwner {
  /** An event loop answers in microseconds; after this long it never will. */
  private static final long PATIENCE_SECONDS = 20;

  @Override
  public Delivery submit(PeerId recipient, NetworkMessage message) {
    return service.submit(recipient, message, DeliveryOptions.DEFAULT);
  }

  @Override
  public boolean giveUp(PeerId recipient, Lane lane, long number, Outcome.Refused reason)
      throws IOException {
    PeerOutbox outbox = service.outboxOf(recipient);
    return outbox != null && await(outbox, () -> outbox.giveUp(lane, number, reason));
  }

  @Override
  public List<OutboxEntry> carry(PeerId recipient, Lane lane, long maxBytes) throws IOException {
    PeerOutbox outbox = service.outboxOf(recipient);
    return outbox == null ? List.of() : await(outbox, () -> outbox.carry(lane, maxBytes));
  }

  @Override
  public Optional<MessageWay> way(PeerId recipient) {
    return service.wayTo(recipient);
  }

  private static <T> T await(@Nullable PeerOutbox outbox, Supplier<T> work) throws IOException {
    if (outbox == null) throw new QueueException("messages for too many peers wait");
    CompletableFuture<T> result = new CompletableFuture<>();
    outbox.execute(() -> {
      try {
        result.complete(work.get());
      } catch (RuntimeException e) {
        result.completeExceptionally(e);
      }
    });
    try {
      return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new QueueException("the outbox failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new QueueException("the node is shutting down", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueueException("interrupted", e);
    }
  }
}
