package org.openagi.p2p.messaging.pace;

/**
 * Bytes that may be sent per second, kept as the moment when all that was charged is paid for. Exact: what a
 * division leaves over is carried on. May be overdrawn. Confined to its user's lock.
 */
final class ByteBudget {
  /** Time of idleness that may be made up for: more than timers are late, less than anybody notices. */
  static final long BURST_NANOS = 20_000_000;

  private static final long SECOND_NANOS = 1_000_000_000;

  private long bytesPerSecond;
  private long paidAtNanos;
  private long remainder;

  /**
   * A budget that nothing was charged to.
   *
   * @param bytesPerSecond 0 for no limit
   */
  ByteBudget(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.paidAtNanos = nowNanos;
  }

  long bytesPerSecond() {
    return bytesPerSecond;
  }

  boolean isUnlimited() {
    return bytesPerSecond == 0;
  }

  /** Another rate from now on; a debt stays as long as it is in bytes. */
  void setRate(long value, long nowNanos) {
    long debt = debtBytes(nowNanos);
    bytesPerSecond = value;
    paidAtNanos = nowNanos;
    remainder = 0;
    charge(debt, nowNanos);
  }

  /** Bytes go out; a negative number gives back what was charged and did not go. */
  void charge(long bytes, long nowNanos) {
    if (isUnlimited()) return;
    paidAtNanos = Math.max(paidAtNanos, nowNanos - BURST_NANOS);
    long cost = bytes * SECOND_NANOS + remainder;
    paidAtNanos += Math.floorDiv(cost, bytesPerSecond);
    remainder = Math.floorMod(cost, bytesPerSecond);
  }

  /** Whether everything is paid for. */
  boolean isPaid(long nowNanos) {
    return isUnlimited() || paidAtNanos <= nowNanos;
  }

  /** When everything is paid for; the past if it is. */
  long paidAtNanos() {
    return isUnlimited() ? Long.MIN_VALUE : paidAtNanos;
  }

  /** Bytes that were sent and are not paid for yet. */
  long debtBytes(long nowNanos) {
    if (isPaid(nowNanos)) return 0;
    return (long) ((paidAtNanos - nowNanos) * ((double) bytesPerSecond / SECOND_NANOS));
  }
}
