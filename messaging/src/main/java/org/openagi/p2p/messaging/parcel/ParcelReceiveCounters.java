package org.openagi.p2p.messaging.parcel;

import java.util.concurrent.atomic.LongAdder;

/** What a receiver of parcels counts. Safe for any thread. */
public final class ParcelReceiveCounters {
  final LongAdder opened = new LongAdder();
  final LongAdder duplicates = new LongAdder();
  final LongAdder early = new LongAdder();
  final LongAdder receiptsSent = new LongAdder();
  final LongAdder receiptsReceived = new LongAdder();
  final LongAdder notForUs = new LongAdder();
  final LongAdder unknownKeys = new LongAdder();
  final LongAdder forged = new LongAdder();
  final LongAdder malformed = new LongAdder();
  final LongAdder noRoom = new LongAdder();
  final LongAdder tooFast = new LongAdder();
  final LongAdder sendersForgotten = new LongAdder();

  /**
   * The values at one moment.
   *
   * @param opened parcels that were opened and whose signature is right
   * @param duplicates of them, known already
   * @param early of them, that had to wait for others
   * @param receiptsSent to senders
   * @param receiptsReceived of recipients
   * @param notForUs dropped: for another node
   * @param unknownKeys dropped: sealed with a key that is not here any more
   * @param forged dropped: changed on the way, or with a wrong signature
   * @param malformed dropped: signed, and against the rules
   * @param noRoom dropped: too much waits for its turn or for handlers, or this node is stopping
   * @param tooFast dropped: more than is opened in a second
   * @param sendersForgotten states of senders that were dropped for others
   */
  public record Stats(
      long opened,
      long duplicates,
      long early,
      long receiptsSent,
      long receiptsReceived,
      long notForUs,
      long unknownKeys,
      long forged,
      long malformed,
      long noRoom,
      long tooFast,
      long sendersForgotten) {}

  /** The values at this moment. */
  public Stats snapshot() {
    return new Stats(
        opened.sum(),
        duplicates.sum(),
        early.sum(),
        receiptsSent.sum(),
        receiptsReceived.sum(),
        notForUs.sum(),
        unknownKeys.sum(),
        forged.sum(),
        malformed.sum(),
        noRoom.sum(),
        tooFast.sum(),
        sendersForgotten.sum());
  }
}
