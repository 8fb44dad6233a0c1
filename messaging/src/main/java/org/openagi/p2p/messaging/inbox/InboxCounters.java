package org.openagi.p2p.messaging.inbox;

import java.util.concurrent.atomic.LongAdder;

/** What all streams and lanes of an inbox count. Safe for any thread. */
public final class InboxCounters {
  final LongAdder handled = new LongAdder();
  final LongAdder duplicates = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder handlerFailures = new LongAdder();
  final LongAdder bundlesVerified = new LongAdder();
  final LongAdder badSeals = new LongAdder();
  final LongAdder violations = new LongAdder();
  final LongAdder streamsRefused = new LongAdder();
  final LongAdder throttled = new LongAdder();
  final LongAdder bytesReceived = new LongAdder();

  /** The values at this moment. */
  public ReceiveStats snapshot() {
    return new ReceiveStats(
        handled.sum(),
        duplicates.sum(),
        refused.sum(),
        handlerFailures.sum(),
        bundlesVerified.sum(),
        badSeals.sum(),
        violations.sum(),
        streamsRefused.sum(),
        throttled.sum(),
        bytesReceived.sum());
  }
}
