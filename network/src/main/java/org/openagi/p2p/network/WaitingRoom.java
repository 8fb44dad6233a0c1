package org.openagi.p2p.network;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;

/**
 * Messages to one name that is being looked for, in the order of their submission. Whoever submits
 * while the room is being emptied waits for that, so nothing overtakes. Safe for any thread.
 */
final class WaitingRoom {
  /** What all rooms of a node may hold together. */
  static final class Budget {
    static final int MESSAGES_MAX = 10_000;
    static final long BYTES_MAX = 64L << 20;

    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    boolean take(NetworkMessage message) {
      int taken = messages.incrementAndGet();
      long takenBytes = bytes.addAndGet(message.payload().length());
      if (taken <= MESSAGES_MAX && takenBytes <= BYTES_MAX) return true;
      give(message);
      return false;
    }

    void give(NetworkMessage message) {
      messages.decrementAndGet();
      bytes.addAndGet(-message.payload().length());
    }
  }

  private final MessageSender sender;
  private final Budget budget;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Queue<NamedDelivery> waiting = new ArrayDeque<>();
  private boolean closed;

  private final CompletableFuture<Void> emptied = new CompletableFuture<>();

  WaitingRoom(MessageSender sender, Budget budget) {
    this.sender = sender;
    this.budget = budget;
  }

  /** Null if the room is closed and the name has to be looked up again. */
  @Nullable
  Delivery submit(NetworkMessage message, DeliveryOptions options) {
    NamedDelivery delivery = new NamedDelivery(message, options);
    lock.lock();
    try {
      if (closed) return null;
      if (budget.take(message)) {
        waiting.add(delivery);
        return delivery;
      }
    } finally {
      lock.unlock();
    }
    delivery.onRefused(new Outcome.Refused(
        RefusalReason.QUEUE_FULL,
        "more than "
            + Budget.MESSAGES_MAX
            + " messages or "
            + Budget.BYTES_MAX
            + " bytes wait for names that are not known yet"));
    return delivery;
  }

  /** Completes when the name was found, or not, and nobody waits here any more. */
  CompletableFuture<Void> emptied() {
    return emptied.copy();
  }

  /** The name belongs to a peer: all go there. */
  void onFound(PeerId peer, Runnable leave) {
    lock.lock();
    try {
      for (NamedDelivery each : waiting) {
        budget.give(each.message());
        each.onSubmitted(sender.submitTo(peer, each.message(), each.options()));
      }
      close(leave);
    } finally {
      lock.unlock();
    }
  }

  /** Nobody of that name was found. */
  void onNotFound(String why, Runnable leave) {
    lock.lock();
    try {
      for (NamedDelivery each : waiting) {
        budget.give(each.message());
        each.onRefused(new Outcome.Refused(RefusalReason.UNKNOWN_PEER, why));
      }
      close(leave);
    } finally {
      lock.unlock();
    }
  }

  private void close(Runnable leave) {
    waiting.clear();
    closed = true;
    leave.run();
    emptied.complete(null);
  }
}
