package org.openagi.p2p.messaging;

/** User code that takes messages. */
@FunctionalInterface
public interface MessageHandler {
  /**
   * Handles a message. Runs on a virtual thread, so it may block; then the messages behind it, of the
   * same sender and lane, wait, and in the end their sender does. Messages of one sender and lane come
   * one after the other and in order, those of others concurrently.
   *
   * <p>Returning means handled: the message is acknowledged and never handed over again. Throwing
   * means not handled: it is handed over again after a growing pause, and refused with {@link
   * RefusalReason#HANDLER_FAILED} when the attempts are used up.
   */
  void onMessage(NetworkMessage message) throws Exception;

  /**
   * Whether {@link #onMessage} never blocks and returns within microseconds. Then a small message is handed
   * over on the connection's event loop itself, which saves two changes of thread, most of the time
   * of a short exchange. A handler that breaks the promise holds up everything else on that loop; it is
   * counted and named in a warning.
   */
  default boolean isQuick() {
    return false;
  }

  /** The same handler with the promise of {@link #isQuick}. */
  static MessageHandler quick(MessageHandler handler) {
    return new QuickHandler(handler);
  }
}
