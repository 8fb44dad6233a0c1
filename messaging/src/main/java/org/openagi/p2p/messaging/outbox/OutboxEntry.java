package org.openagi.p2p.messaging.outbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryListener;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusedException;

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
  private static final VarHandle ACCEPTANCE;

  /** Stands for "accepted" where a refusal or a future that waits may stand. */
  private static final Object ACCEPTED = new Object();

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      OUTCOME = lookup.findVarHandle(OutboxEntry.class, "outcome", Outcome.class);
      FUTURE = lookup.findVarHandle(OutboxEntry.class, "future", CompletableFuture.class);
      ACCEPTANCE = lookup.findVarHandle(OutboxEntry.class, "acceptance", Object.class);
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
  private long deadlineEpochMillis;
  private long timestamp;
  private long endedAtMillis;
  private long sentAtMillis;
  private int attempts;
  private boolean tied;

  private volatile @Nullable Outcome outcome;
  private volatile @Nullable CompletableFuture<Outcome> future;
  private volatile @Nullable Object acceptance;

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

  /**
   * An entry that a store found when it was opened.
   *
   * @param deadlineEpochMillis when its lifetime ends, in milliseconds since 1970
   */
  public static OutboxEntry recovered(
      NetworkMessage message,
      NetworkMessage.Numbering numbering,
      long number,
      long lifetimeMillis,
      long deadlineEpochMillis) {
    OutboxEntry entry = new OutboxEntry(message, numbering, lifetimeMillis, null);
    entry.number = number;
    entry.deadlineEpochMillis = deadlineEpochMillis;
    entry.acceptance = ACCEPTED;
    return entry;
  }

  /** A recovered entry under another number. */
  public OutboxEntry renumbered(NetworkMessage.Numbering names, long value) {
    return recovered(message, names, value, lifetimeMillis, deadlineEpochMillis);
  }

  /** What an entry that has ended already leaves in its log. */
  public OutboxEntry ended(Outcome end) {
    outcome = end;
    return this;
  }

  /** A recovered entry has its number already and keeps it. */
  @Override
  public void assignNumber(long value) {
    if (number != 0 && number != value) {
      throw new IllegalStateException("number " + number + " appended as " + value);
    }
    number = value;
  }

  @Override
  public void acceptAtOnce() {
    ACCEPTANCE.set(this, ACCEPTED);
  }

  /** The message is durable. Returns the future of those who wait for that, null if nobody does. Store only. */
  public @Nullable CompletableFuture<Void> accept() {
    return waiting(ACCEPTANCE.getAndSet(this, ACCEPTED));
  }

  /** The message could not be made durable. Returns as {@link #accept} does. Store only. */
  public @Nullable CompletableFuture<Void> refuseAcceptance(Outcome.Refused reason) {
    return waiting(ACCEPTANCE.getAndSet(this, reason));
  }

  @SuppressWarnings("unchecked")
  private static @Nullable CompletableFuture<Void> waiting(@Nullable Object acceptance) {
    return acceptance instanceof CompletableFuture<?> f ? (CompletableFuture<Void>) f : null;
  }

  @Override
  public CompletableFuture<Void> accepted() {
    CompletableFuture<Void> made = new CompletableFuture<>();
    Object known = ACCEPTANCE.compareAndExchange(this, null, made);
    if (known == null) return made.copy();
    if (known instanceof Outcome.Refused refused) {
      return CompletableFuture.failedFuture(new RefusedException(refused));
    }
    CompletableFuture<Void> waiting = waiting(known);
    return waiting == null ? CompletableFuture.completedFuture(null) : waiting.copy();
  }

  /** Why the store did not take the message, null if it did or still may. */
  Outcome.@Nullable Refused acceptanceRefusal() {
    return acceptance instanceof Outcome.Refused refused ? refused : null;
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

  /** The id that is made from the number, whatever the user called the message; empty without a number. */
  public String derivedId() {
    return number == 0 ? "" : numbering.idOf(number);
  }

  @Override
  public NetworkMessage message() {
    return message;
  }

  @Override
  public State state() {
    return switch (outcome) {
      case null -> attempts > 0 ? State.SENT : State.QUEUED;
      case Outcome.Acknowledged a -> State.ACKNOWLEDGED;
      case Outcome.Expired e -> State.EXPIRED;
      case Outcome.Refused r -> State.REFUSED;
      case Outcome.Kept k -> State.KEPT;
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

  /**
   * Sets the end, visible after the next fence. Returns false if there was one. Lane's executor only.
   *
   * @param epochMillis the time
   */
  boolean settle(Outcome end, long epochMillis) {
    if (OUTCOME.get(this) != null) return false;
    endedAtMillis = epochMillis;
    OUTCOME.setRelease(this, end);
    return true;
  }

  /** Ends an entry that never got into a log. */
  public OutboxEntry refused(Outcome.Refused end) {
    outcome = end;
    acceptance = end;
    return this;
  }

  /** The message is worth something only while the peer is connected. Before it is appended. */
  public OutboxEntry tiedToConnection() {
    tied = true;
    return this;
  }

  /** Whether the message is worth something only while the peer is connected. */
  public boolean isTied() {
    return tied;
  }

  @Override
  public long createdAtMillis() {
    return timestamp;
  }

  @Override
  public long endedAtMillis() {
    return endedAtMillis;
  }

  @Override
  public int attempts() {
    return attempts;
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

  /** Whether it ended without an acknowledgement. */
  boolean isLost() {
    return !(OUTCOME.get(this) instanceof Outcome.Acknowledged);
  }

  /** Whether the delivery ended. */
  public boolean isEnded() {
    return OUTCOME.get(this) != null;
  }

  void admit(long deadline, long epochMillis) {
    deadlineNanos = deadline;
    stamp(epochMillis);
  }

  /** Gives the message its time of creation if its user did not. By the store before others see it, or by the lane. */
  public void stamp(long epochMillis) {
    if (timestamp == 0) timestamp = epochMillis;
  }

  /** When the lifetime of an entry of an earlier process ends, in milliseconds since 1970; 0 for others. */
  public long deadlineEpochMillis() {
    return deadlineEpochMillis;
  }

  void markSent(long epochMillis) {
    if (attempts++ == 0) sentAtMillis = epochMillis;
  }

  /** When it was sent for the first time by this process, in milliseconds since 1970; 0 if it was not. */
  public long sentAtMillis() {
    return sentAtMillis;
  }

  boolean wasSent() {
    return attempts > 0;
  }

  /** When its lifetime ends, by the clock of its lane's owner; once the lane has seen it. Lane's executor only. */
  public long deadlineNanos() {
    return deadlineNanos;
  }

  /** Time of creation, milliseconds since 1970; 0 if nobody gave it one yet. */
  public long timestamp() {
    return timestamp;
  }

  /** How long delivery is tried, 0 for the lane's default. */
  public long lifetimeMillis() {
    return lifetimeMillis;
  }

  @Override
  public String toString() {
    return "Delivery[" + messageId() + " " + state() + "]";
  }
}
