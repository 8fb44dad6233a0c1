package org.openagi.p2p.network.event;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One subscriber, its queue and its virtual thread. Safe for any thread. */
public final class EventSubscription implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventSubscription.class);

  private final Consumer<? super NetworkEvent> subscriber;
  private final Consumer<EventSubscription> onEnd;
  private final AtomicLong dropped = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Deque<NetworkEvent> queue = new ArrayDeque<>();
  private boolean finishing;

  EventSubscription(Consumer<? super NetworkEvent> subscriber, Consumer<EventSubscription> onEnd) {
    this.subscriber = subscriber;
    this.onEnd = onEnd;
  }

  void start() {
    Thread.ofVirtual().name("p2p-events").start(this::deliver);
  }

  void offer(NetworkEvent event) {
    lock.lock();
    try {
      if (finishing) return;
      if (queue.size() >= EventBus.QUEUED_EVENTS_MAX) {
        queue.pollFirst();
        dropped.incrementAndGet();
      }
      queue.addLast(event);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more events; those waiting are still delivered. */
  void finish() {
    lock.lock();
    try {
      finishing = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    onEnd.accept(this);
  }

  /** Ends the subscription; events that wait are dropped. */
  @Override
  public void close() {
    lock.lock();
    try {
      queue.clear();
    } finally {
      lock.unlock();
    }
    finish();
  }

  /** Events this subscriber lost because it was too slow. */
  public long dropped() {
    return dropped.get();
  }

  private void deliver() {
    NetworkEvent event = next();
    while (event != null) {
      try {
        subscriber.accept(event);
      } catch (RuntimeException e) {
        LOG.atWarn().addKeyValue("event", event).setCause(e).log("an event subscriber failed");
      }
      event = next();
    }
  }

  private @Nullable NetworkEvent next() {
    lock.lock();
    try {
      while (queue.isEmpty() && !finishing) changed.awaitUninterruptibly();
      return queue.pollFirst();
    } finally {
      lock.unlock();
    }
  }
}
