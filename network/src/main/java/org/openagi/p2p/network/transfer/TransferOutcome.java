package org.openagi.p2p.network.transfer;

import java.time.Duration;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.transfer.TransferReason;

/** How a transfer ended. */
public sealed interface TransferOutcome {
  /**
   * The recipient has everything durably and it is what was sent.
   *
   * @param bytes of the content
   * @param sha256 its digest, compared by both ends
   * @param took from the call, or the offer, to the end
   * @param streams how many streams that took; 1 if nothing went wrong, 0 if it was complete already
   */
  record Completed(long bytes, Bytes sha256, Duration took, int streams)
      implements TransferOutcome {}

  /**
   * The other side does not want it, or no more of it.
   *
   * @param detail its words, not to be shown unescaped
   */
  record Refused(TransferReason reason, String detail) implements TransferOutcome {}

  /**
   * This side ended it.
   *
   * @param detail a sentence
   */
  record Failed(TransferReason reason, String detail) implements TransferOutcome {}

  /** Whether the recipient has it. */
  default boolean isCompleted() {
    return this instanceof Completed;
  }
}
