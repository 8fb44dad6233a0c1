package org.openagi.p2p.messaging.parcel;

import java.util.concurrent.atomic.LongAdder;

/** What all senders of parcels count. Safe for any thread. */
public final class ParcelSendCounters {
  final LongAdder sent = new LongAdder();
  final LongAdder greetings = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder lost = new LongAdder();
  final LongAdder receipts = new LongAdder();
  final LongAdder unusableKeys = new LongAdder();

  /**
   * The values at one moment.
   *
   * @param sent parcels with messages
   * @param greetings those without, that ask or tell what is settled
   * @param refused by nodes on the way
   * @param lost that were sent again, refused ones among them
   * @param receipts that came
   * @param unusableKeys times a recipient's announced key could not be used
   */
  public record Stats(
      long sent, long greetings, long refused, long lost, long receipts, long unusableKeys) {}

  /** The values at this moment. */
  public Stats snapshot() {
    return new Stats(
        sent.sum(), greetings.sum(), refused.sum(), lost.sum(), receipts.sum(), unusableKeys.sum());
  }
}
