package org.openagi.p2p.messaging.bond;

import java.util.concurrent.atomic.LongAdder;

/** Counts what bonds do. Safe for any thread. */
public final class BondCounters {
  final LongAdder segmentsSent = new LongAdder();
  final LongAdder segmentsSentAgain = new LongAdder();
  final LongAdder duplicates = new LongAdder();
  private final LongAdder refusedBonds = new LongAdder();
  private final LongAdder refusedPaths = new LongAdder();

  /** Counters at zero. */
  public BondCounters() {}

  /** A bond was refused because its peer has too many. */
  public void onBondRefused() {
    refusedBonds.increment();
  }

  /** A path was refused because there is no such bond, or it has too many. */
  public void onPathRefused() {
    refusedPaths.increment();
  }

  /** The counts. */
  public BondStats snapshot() {
    return new BondStats(
        segmentsSent.sum(),
        segmentsSentAgain.sum(),
        duplicates.sum(),
        refusedBonds.sum(),
        refusedPaths.sum());
  }
}
