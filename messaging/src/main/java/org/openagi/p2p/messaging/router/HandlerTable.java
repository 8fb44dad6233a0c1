package org.openagi.p2p.messaging.router;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;

/**
 * Which handlers take which type of message. Safe for any thread.
 *
 * <p>All handlers of a type get each message of it, one after the other in the order they were added; it is
 * handled when the last returned.
 */
public final class HandlerTable {
  /** Most handlers of one type. */
  public static final int MAX_HANDLERS = 64;

  private static final MessageType[] TYPES = MessageType.values();
  private static final MessageHandler[] NONE = new MessageHandler[0];

  private final AtomicReferenceArray<MessageHandler[]> byType;
  private final AtomicReferenceArray<@Nullable CorrelatedHandler> requests =
      new AtomicReferenceArray<>(TYPES.length);
  private volatile @Nullable CorrelatedHandler answers;

  /** A table without handlers. */
  public HandlerTable() {
    MessageHandler[][] empty = new MessageHandler[MessageType.values().length][];
    Arrays.fill(empty, NONE);
    byType = new AtomicReferenceArray<>(empty);
  }

  /**
   * Adds a handler of one type.
   *
   * @throws IllegalStateException if there are {@link #MAX_HANDLERS} already
   */
  public void add(MessageType type, MessageHandler handler) {
    byType.updateAndGet(type.number(), old -> plus(old, handler));
  }

  /** Sets the handler of one type in place of those there are. */
  public void set(MessageType type, MessageHandler handler) {
    byType.set(type.number(), new MessageHandler[] {handler});
  }

  /** Adds a handler of all types. */
  public void addForAll(MessageHandler handler) {
    for (MessageType type : MessageType.values()) add(type, handler);
  }

  /** Sets who takes requests of a type, null for nobody. */
  public void setForRequests(MessageType type, @Nullable CorrelatedHandler handler) {
    requests.set(type.number(), handler);
  }

  /** Sets who takes answers, of all types. */
  public void setForAnswers(CorrelatedHandler handler) {
    answers = handler;
  }

  /** Removes a handler from all types it was added for. */
  public void remove(MessageHandler handler) {
    for (MessageType type : MessageType.values()) {
      byType.updateAndGet(type.number(), old -> minus(old, handler));
    }
  }

  /** The handlers of a type, in order; not to be modified. */
  public MessageHandler[] handlersOf(MessageType type) {
    return byType.getAcquire(type.number());
  }

  /** Who takes a request or an answer, null if nobody does. They never reach the handlers of plain messages. */
  public @Nullable CorrelatedHandler handlerOf(MessageType type, Correlation correlation) {
    return correlation.isAnswer() ? answers : requests.getAcquire(type.number());
  }

  /** Whether somebody takes such a message. */
  public boolean isHandled(MessageType type, @Nullable Correlation correlation) {
    return correlation == null ? handlersOf(type).length > 0 : handlerOf(type, correlation) != null;
  }

  /** Whether whatever comes on a lane is taken by handlers that {@link MessageHandler#isQuick promise to be quick}. */
  public boolean areQuick(Lane lane) {
    if (lane == Lane.REPLY) return isQuick(answers);
    for (MessageType type : TYPES) {
      if (!lane.carries(type, null)) continue;
      if (!areQuick(handlersOf(type)) || !isQuick(requests.getAcquire(type.number()))) return false;
    }
    return true;
  }

  private static boolean isQuick(@Nullable CorrelatedHandler handler) {
    return handler == null || handler.isQuick();
  }

  private static boolean areQuick(MessageHandler[] handlers) {
    for (MessageHandler handler : handlers) if (!handler.isQuick()) return false;
    return true;
  }

  private static MessageHandler[] plus(MessageHandler[] old, MessageHandler handler) {
    if (old.length >= MAX_HANDLERS) {
      throw new IllegalStateException("more than " + MAX_HANDLERS + " handlers of one type");
    }
    MessageHandler[] next = Arrays.copyOf(old, old.length + 1);
    next[old.length] = handler;
    return next;
  }

  private static MessageHandler[] minus(MessageHandler[] old, MessageHandler handler) {
    return Arrays.stream(old).filter(h -> h != handler).toArray(MessageHandler[]::new);
  }
}
