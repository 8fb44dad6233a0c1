package org.openagi.p2p.messaging.transfer;

/** What a frame of the sender means for the recipient. */
public sealed interface ReceiverEvent {
  /**
   * Data starts here: at the offset that was accepted, or at 0 if the sender has other content than
   * before, and what the recipient has must be dropped.
   *
   * @param offset in bytes
   */
  record Started(long offset) implements ReceiverEvent {}

  /** The body of the frame is the next piece of the content; store it. */
  record Data() implements ReceiverEvent {}

  /**
   * Everything is here and its digest and signature are right: make it durable, then send {@link
   * Done}.
   *
   * @param done what was received
   */
  record Complete(Done done) implements ReceiverEvent {}

  /** The sender is still there. */
  record Alive() implements ReceiverEvent {}
}
