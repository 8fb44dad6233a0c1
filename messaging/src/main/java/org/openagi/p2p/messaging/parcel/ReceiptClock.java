package org.openagi.p2p.messaging.parcel;

import org.openagi.p2p.overlay.relay.Reach;

/**
 * How long receipts take to come and how many parcels may be without one. Confined to its user.
 *
 * @see "RFC 6298, section 2; RFC 5681, section 3.1, in parcels in place of bytes"
 */
final class ReceiptClock {
  private static final long MIN_NANOS = 100_000_000L;
  private static final long MAX_NANOS = 60_000_000_000L;
  private static final long FIRST_NANOS = 1_000_000_000L;
  private static final int FIRST_WINDOW = 4;

  /** What a recipient may wait before it sends a receipt, and a busy machine before it takes it in. */
  private static final long SLACK_NANOS = 50_000_000L;

  private final int maxWindow;
  private long smoothedNanos;
  private long variationNanos;
  private int backoff;
  private double window = FIRST_WINDOW;
  private double threshold;
  private long lastCutNanos;
  private boolean wasCut;
  private long backedOffNanos;

  ReceiptClock(int maxWindow) {
    this.maxWindow = maxWindow;
    this.threshold = maxWindow;
    this.window = Math.min(FIRST_WINDOW, maxWindow);
  }

  /** A parcel's receipt came after so long, the recipient's own pause not counted. */
  void onReceipt(long nanos) {
    if (smoothedNanos == 0) {
      smoothedNanos = Math.max(1, nanos);
      variationNanos = nanos / 2;
    } else {
      variationNanos += (Math.abs(smoothedNanos - nanos) - variationNanos) / 4;
      smoothedNanos = Math.max(1, smoothedNanos + (nanos - smoothedNanos) / 8);
    }
    backoff = 0;
    window = Math.min(maxWindow, window < threshold ? window + 1 : window + 1 / window);
  }

  /**
   * A parcel was lost or refused for lack of room: halves the window, once a round trip. What was on its way already when it was
   * halved last says nothing new.
   */
  void onLoss(long sentNanos, long nowNanos) {
    if (wasCut && sentNanos - lastCutNanos < 0) return;
    if (wasCut && nowNanos - lastCutNanos < Math.max(smoothedNanos, MIN_NANOS)) return;
    wasCut = true;
    lastCutNanos = nowNanos;
    window = Math.max(1, window / 2);
    threshold = Math.max(2, window);
  }

  /**
   * A receipt did not come in time: the next may take longer. That of a window full of parcels none comes is one such case, not
   * as many as there are parcels.
   */
  void onTimeout(long sentNanos, long nowNanos) {
    if (backoff > 0 && sentNanos - backedOffNanos < 0) return;
    backedOffNanos = nowNanos;
    if (backoff < 10) backoff++;
  }

  /** There is another way: what did not come by the old one says nothing about it. */
  void onWay() {
    backoff = 0;
  }

  int window() {
    return (int) window;
  }

  long smoothedNanos() {
    return smoothedNanos;
  }

  /** How long to wait for a receipt. */
  long timeoutNanos(Reach reach) {
    long base = smoothedNanos == 0
        ? Math.max(FIRST_NANOS / 2, 4_000L * reach.costMicros())
        : smoothedNanos + 4 * variationNanos + SLACK_NANOS;
    long bounded = Math.clamp(base, MIN_NANOS, MAX_NANOS);
    return Math.min(MAX_NANOS, bounded << backoff);
  }

  /** How much earlier a parcel must have been sent than one that arrived to be taken for lost. */
  long reorderNanos() {
    return Math.max(30_000_000L, smoothedNanos / 2);
  }
}
