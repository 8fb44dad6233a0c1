package org.openagi.p2p.messaging;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A submitted message on its way. Safe for any thread.
 *
 * <p>States only move forward: QUEUED, SENT, then exactly one of the ends. A message whose
 * connection is lost stays SENT while it is sent again. With a durable store a message that waits when the node is
 * stopped is KEPT: that handle says no more, and {@code delivery(messageId)} of the next process finds the message QUEUED.
 */
public interface Delivery {
  /** Where a message is. */
  enum State {
    /** Accepted, waiting for a connection or for room on it. */
    QUEUED,
    /** Handed to a connection, not acknowledged. */
    SENT,
    /** The recipient handled it; see {@link Outcome.Acknowledged}. */
    ACKNOWLEDGED,
    /** Its lifetime is over; see {@link Outcome.Expired}. */
    EXPIRED,
    /** It will not be delivered; see {@link Outcome.Refused}. */
    REFUSED,
    /** This process stops, the next one on the same folder goes on with it; see {@link Outcome.Kept}. */
    KEPT;

    /** Whether this state is final, for this process at least. */
    public boolean isEnd() {
      return this.compareTo(SENT) > 0;
    }
  }

  /** The message's id: the user's, or the one derived from its number. Known at once. */
  String messageId();

  /** The message as submitted. */
  NetworkMessage message();

  /** The state at this moment. */
  State state();

  /**
   * Completes when the message is accepted for good: it survives the end of this process if the store does. At once
   * with a store in memory. Completes exceptionally with a {@link RefusedException} if the message is refused before
   * that. Dependent actions run on a thread of this node and must not block. Completing or cancelling the
   * future has no effect.
   */
  CompletableFuture<Void> accepted();

  /**
   * Completes with the end of the delivery, never exceptionally. Dependent actions run on a virtual
   * thread, one after the other for the messages of one recipient and lane; one that blocks delays
   * those behind it. Completing or cancelling the future has no effect on the delivery.
   */
  CompletableFuture<Outcome> outcome();

  /**
   * {@link #outcome} as a boolean: true if the recipient acknowledged the message, false if it expired or was refused.
   * Completes exceptionally with a {@link KeptException} if the message is kept for the next process: neither would be true
   * then, and who takes false for "lost" would send it a second time.
   */
  default CompletableFuture<Boolean> acknowledged() {
    return outcome().thenApply(end -> {
      if (end instanceof Outcome.Kept kept) {
        throw new CompletionException(new KeptException(messageId(), kept));
      }
      return end.isAcknowledged();
    });
  }

  /** When the message was made, in milliseconds since 1970; 0 while nobody has looked at the clock for it. */
  long createdAtMillis();

  /** When the delivery ended, in milliseconds since 1970; 0 if it has not, or that is not remembered. */
  long endedAtMillis();

  /** How often this process handed the message to a connection. */
  int attempts();

  /** The deliveries to each peer of a message to {@code *}; empty for a message to one peer. */
  default List<Delivery> parts() {
    return List.of();
  }
}
