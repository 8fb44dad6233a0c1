package org.openagi.p2p.api.feed;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.EventSubscription;
import org.openagi.p2p.network.event.NetworkEvent;

/**
 * The events of a node from before there is somebody to tell them to: a node starts first, and opens its API when it knows
 * that it has the data folder and the ports. They wait in the queue of a subscription, at most
 * {@link EventBus#QUEUED_EVENTS_MAX} of them, of which the oldest go. Safe for any thread.
 */
public final class EarlyEvents implements AutoCloseable {
  private final CompletableFuture<Consumer<? super NetworkEvent>> reader =
      new CompletableFuture<>();
  private final EventSubscription subscription;

  /** Keeps all events from now on. */
  public EarlyEvents(EventBus events) {
    // The thread of the subscription, which is virtual, waits for the reader.
    this.subscription = events.subscribe(event -> reader.join().accept(event));
  }

  /** Hands over what has waited and then whatever happens, in the order it happened; once. */
  public void readBy(Consumer<? super NetworkEvent> consumer) {
    if (!reader.complete(consumer)) throw new IllegalStateException("has a reader, or is closed");
  }

  /** Ends it; events that wait are dropped. */
  @Override
  public void close() {
    subscription.close();
    reader.complete(nobody -> {});
  }
}
