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
}
