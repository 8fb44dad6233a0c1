package org.openagi.p2p.network.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Hands every event to every subscriber, each on its own virtual thread and in the order of
 * publication. Safe for any thread, event loops included: {@link #publish} never blocks.
 */
public final class EventBus implements AutoCloseable {
  /**
   * Events waiting for one subscriber. Enough for all peers of a large node to come and go once
   * while a subscriber writes to a disk.
   */
  public static final int QUEUED_EVENTS_MAX = 4096;

  /** More subscribers than a process has dashboards, logs and tests; beyond it, one is leaking. */
  public static final int SUBSCRIBERS_MAX = 256;

  private final List<EventSubscription> subscriptions = new CopyOnWriteArrayList<>();
  private final LongAdder published = new LongAdder();

  /**
   * Calls a subscriber for every event from now on.
   *
   * @param subscriber may block; what it throws is logged and otherwise ignored
   * @return to be closed when no more events are wanted
   * @throws IllegalStateException if there are {@link #SUBSCRIBERS_MAX} subscribers
   */
  public EventSubscription subscribe(Consumer<? super NetworkEvent> subscriber) {
    if (subscriptions.size() >= SUBSCRIBERS_MAX)
      throw new IllegalStateException(
          "event bus: " + SUBSCRIBERS_MAX + " subscribers already; is one not closed?");
    EventSubscription subscription = new EventSubscription(subscriber, subscriptions::remove);
    subscriptions.add(subscription);
    subscription.start();
    return subscription;
  }

  /** {@link #subscribe(Consumer)} for the events of one kind. */
  public <E extends NetworkEvent> EventSubscription subscribe(
      Class<E> kind, Consumer<? super E> subscriber) {
    return subscribe(event -> {
      if (kind.isInstance(event)) subscriber.accept(kind.cast(event));
    });
  }

  /** Hands an event to all subscribers and returns at once. */
  public void publish(NetworkEvent event) {
    published.increment();
    for (EventSubscription subscription : subscriptions) subscription.offer(event);
  }

  /** Events published since the bus was made. */
  public long published() {
    return published.sum();
  }

  /** Ends all subscriptions once they have seen what was published so far. */
  @Override
  public void close() {
    for (EventSubscription subscription : subscriptions) subscription.finish();
  }
}
