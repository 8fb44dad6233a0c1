package org.openagi.p2p.messaging.transfer;

import org.openagi.p2p.core.bytes.Bytes;

/** What a frame of the recipient means for the sender. */
public sealed interface SenderEvent {
  /**
   * The recipient takes it and has some of it; answer with {@link SendingEnd#start}.
   *
   * @param offset bytes it has
   * @param prefix SHA-256 of these
   */
  record Accepted(long offset, Bytes prefix) implements SenderEvent {}

  /**
   * So much is on the recipient's disk.
   *
   * @param offset in bytes, never less than before
   */
  record Acknowledged(long offset) implements SenderEvent {}

  /**
   * Everything is on the recipient's disk; the stream is over.
   *
   * @param done what the recipient has
   */
  record Finished(Done done) implements SenderEvent {}

  /** The recipient is still there. */
  record Alive() implements SenderEvent {}
}
