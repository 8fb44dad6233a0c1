package org.openagi.p2p.messaging.outbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryListener;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;

/**
 * A message in an outbox and the handle its user holds. The public face is safe for any thread; the rest
 * is confined to the lane's executor.
 *
 * <p>The outcome is published first, then, behind a fence, observers are looked for; an observer registers
 * first and then looks at the outcome. So one of the two sees the other.
 */
public final class OutboxEntry implements Delivery, Numbered {
  private static final VarHandle OUTCOME;
  private static final VarHandle FUTURE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      OUTCOME = lookup.findVarHandle(OutboxEntry.class, "outcome", Outcome.class);
      FUTURE = lookup.findVarHandle(OutboxEntry.class, "future", CompletableFuture.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final NetworkMessage message;
  private final NetworkMessage.Numbering numbering;
  private final long lifetimeMillis;
  private final @Nullable DeliveryListener listener;

  private long number;
  private long deadlineNanos;
  private long timestamp;
  private boolean sent;

  private volatile @Nullable Outcome outcome;
  private volatile @Nullable CompletableFuture<Outcome> future;

  /**
   * An entry that is not in a log yet.
   *
   * @param lifetimeMillis 0 for the lane's default
   */
  public OutboxEntry(
      NetworkMessage message,
      NetworkMessage.Numbering numbering,
      long lifetimeMillis,
      @Nullable DeliveryListener listener) {
    this.message = message;
    this.numbering = numbering;
    this.lifetimeMillis = lifetimeMillis;
    this.listener = listener;
    this.timestamp = message.timestamp();
  }

  @Override
  public void assignNumber(long value) {
    number = value;
  }

  /** The number in its lane, 0 if it was refused before it got one. */
  public long number() {
    return number;
  }

  @Override
  public String messageId() {
    String given = message.givenId();
    if (given != null) return given;
    return number == 0 ? "" : numbering.idOf(number);
  }

  @Override
  public NetworkMessage message() {
    return message;
  }

  @Override
  public State state() {
    return switch (outcome) {
      case null -> sent ? State.SENT : State.QUEUED;
      case Outcome.Acknowledged a -> State.ACKNOWLEDGED;
      case Outcome.Expired e -> State.EXPIRED;
      case Outcome.Refused r -> State.REFUSED;
    };
  }

  @Override
  public CompletableFuture<Outcome> outcome() {
    CompletableFuture<Outcome> existing = future;
    if (existing == null) {
      CompletableFuture<Outcome> made = new CompletableFuture<>();
      existing = FUTURE.compareAndSet(this, null, made) ? made : future;
      Outcome known = outcome;
      if (known != null) made.complete(known);
    }
    if (existing == null) throw new IllegalStateException("future lost");
    return existing.copy();
  }

  /** Sets the end, visible after the next fence. Returns false if there was one. Lane's executor only. */
  boolean settle(Outcome end) {
    if (OUTCOME.get(this) != null) return false;
    OUTCOME.setRelease(this, end);
    return true;
  }

  /** Ends an entry that never got into a log. */
  public OutboxEntry refused(Outcome.Refused end) {
    outcome = end;
    return this;
  }

  boolean hasListener() {
    return listener != null;
  }

  /** Whether somebody must be told of the end. After a fence after {@link #settle}. */
  boolean isObserved() {
    return listener != null || future != null;
  }

  /** Tells future and listener of the end. Runs user code. */
  public void tellObservers() {
    Outcome end = outcome;
    if (end == null) throw new IllegalStateException("message " + messageId() + " has not ended");
    CompletableFuture<Outcome> waiting = future;
    if (waiting != null) waiting.complete(end);
    if (listener != null) listener.onSettled(this, end);
  }

  /** How the delivery ended, null if it has not. */
  public @Nullable Outcome end() {
    return outcome;
  }

  boolean isRefusedOutcome() {
    return OUTCOME.get(this) instanceof Outcome.Refused;
  }

  boolean isEnded() {
    return OUTCOME.get(this) != null;
  }

  void admit(long deadline, long epochMillis) {
    deadlineNanos = deadline;
    if (timestamp == 0) timestamp = epochMillis;
  }

  void markSent() {
    sent = true;
  }

  boolean wasSent() {
    return sent;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  long timestamp() {
    return timestamp;
  }

  long lifetimeMillis() {
    return lifetimeMillis;
  }

  @Override
  public String toString() {
    return "Delivery[" + messageId() + " " + state() + "]";
  }
}
