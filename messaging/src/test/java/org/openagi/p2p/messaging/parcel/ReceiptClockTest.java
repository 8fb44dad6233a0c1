package org.openagi.p2p.messaging.parcel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.overlay.relay.Reach;

/** How long receipts are waited for, and how many parcels go without one. */
class ReceiptClockTest {
  private static final long MS = 1_000_000;

  private final ReceiptClock clock = new ReceiptClock(32);

  @BeforeEach
  void receiptsComeAfter70Milliseconds() {
    for (int i = 0; i < 60; i++) clock.onReceipt(70 * MS);
  }

  private long timeoutMillis() {
    return clock.timeoutNanos(Reach.NONE) / MS;
  }

  /** Goal: a pause on the way, in which nothing of a full window is heard of, doubles the time once. */
  @Test
  void aWindowFullOfParcelsWithoutAReceiptIsOneTimeout() {
    long before = timeoutMillis();
    for (int i = 0; i < 30; i++) {
      long sent = 10 * i * MS;
      clock.onTimeout(sent, sent + before * MS);
      if (sent >= before * MS) break;
      assertEquals(2 * before, timeoutMillis(), 2, "parcel " + i);
    }
  }

  @Test
  void whatWasSentAfterATimeoutDoublesItAgain() {
    long before = timeoutMillis();
    for (int i = 0; i < 3; i++) clock.onTimeout(i * 1_000 * MS, (i * 1_000 + 500) * MS);
    assertEquals(8 * before, timeoutMillis(), 8);
    clock.onReceipt(70 * MS);
    assertTrue(timeoutMillis() <= before, timeoutMillis() + " ms");
  }

  @Test
  void whatWasOnItsWayWhenTheWindowWasHalvedDoesNotHalveItAgain() {
    assertEquals(32, clock.window());
    clock.onLoss(0, 200 * MS);
    for (int sent = 10; sent < 200; sent += 10) clock.onLoss(sent * MS, (sent + 400) * MS);
    assertEquals(16, clock.window());
    clock.onLoss(210 * MS, 700 * MS);
    assertEquals(8, clock.window());
  }
}
