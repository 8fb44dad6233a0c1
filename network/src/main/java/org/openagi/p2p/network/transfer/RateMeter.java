package org.openagi.p2p.network.transfer;

/**
 * Bytes per second over the last few seconds. Guarded by its owner.
 *
 * <p>Keeps one count for each of the last {@value #SLOTS} quarters of a second.
 */
final class RateMeter {
  private static final int SLOTS = 12;
  private static final long SLOT_NANOS = 250_000_000L;

  private final long[] counts = new long[SLOTS];
  private final long startNanos;
  private long slot;

  RateMeter(long nowNanos) {
    startNanos = nowNanos;
  }

  void add(long bytes, long nowNanos) {
    advance(nowNanos);
    counts[(int) (slot % SLOTS)] += bytes;
  }

  double perSecond(long nowNanos) {
    advance(nowNanos);
    long sum = 0;
    for (long count : counts) sum += count;
    long inSlot = (nowNanos - startNanos) % SLOT_NANOS;
    long span = Math.min(nowNanos - startNanos, (SLOTS - 1) * SLOT_NANOS + inSlot);
    return sum * 1e9 / Math.max(span, SLOT_NANOS / 5);
  }

  private void advance(long nowNanos) {
    long now = (nowNanos - startNanos) / SLOT_NANOS;
    for (long skipped = Math.max(slot + 1, now - SLOTS + 1); skipped <= now; skipped++) {
      counts[(int) (skipped % SLOTS)] = 0;
    }
    slot = Math.max(slot, now);
  }
}
