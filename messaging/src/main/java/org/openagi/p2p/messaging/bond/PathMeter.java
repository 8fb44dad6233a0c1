package org.openagi.p2p.messaging.bond;

/**
 * What is on its way over one connection and how fast that arrives, all bonds with the peer together. Confined to
 * the bonds' executor.
 *
 * <p>Two figures are kept: the least time from a segment's sending to its acknowledgement over the last seconds,
 * which is the latency without queues; and the time that a byte takes while there is a queue. A path that has little
 * to carry shows no more than that it is at least so fast. Both figures fade by half each second in which nothing is
 * on its way, so that a path that was slow is tried again; what is measured then counts, not what was.
 */
public final class PathMeter {
  /** What is on its way when arrivals tell how fast the path is, and for how many the others are looked at. */
  private static final int QUEUE_BYTES = BondPath.MIN_FLIGHT_BYTES / 2;

  /** Arrivals that the figure of speed remembers, about. */
  private static final double MEMORY_BYTES = 2 << 20;

  private static final long LATENCY_NANOS = 5_000_000_000L;
  private static final long FADE_NANOS = 1_000_000_000L;
  private static final long MAX_HALVINGS = 40;
  private static final long UNKNOWN = Long.MAX_VALUE;

  private long outstandingBytes;
  private long sentBytes;
  private double queuedNanos;
  private double queuedBytes;
  private double lightNanos;
  private double lightBytes;
  private long intervalStart;
  private boolean intervalQueued;
  private long latency = UNKNOWN;
  private long latencyBefore = UNKNOWN;
  private long latencyStart;
  private long restsSinceNanos;

  /** Before anything was sent: faster than any path that was measured, so that it is tried. */
  public PathMeter() {}

  void onSent(int bytes, long nowNanos) {
    if (outstandingBytes == 0) {
      fade(halvings(nowNanos));
      intervalStart = nowNanos;
    }
    boolean queued = outstandingBytes + bytes >= QUEUE_BYTES;
    if (queued && !intervalQueued) {
      lightNanos += nowNanos - intervalStart;
      intervalStart = nowNanos;
      intervalQueued = true;
    }
    outstandingBytes += bytes;
    sentBytes += bytes;
  }

  private long halvings(long nowNanos) {
    return Math.clamp((nowNanos - restsSinceNanos) / FADE_NANOS, 0, MAX_HALVINGS);
  }

  private void fade(long halvings) {
    if (halvings == 0) return;
    latency = UNKNOWN;
    latencyBefore = UNKNOWN;
    double nanosPerByte = nanosPerByte() / (1L << halvings);
    queuedBytes = Math.min(queuedBytes, QUEUE_BYTES);
    queuedNanos = nanosPerByte * queuedBytes;
  }

  void onArrived(int bytes, long sentNanos, long nowNanos) {
    if (intervalQueued) onQueuedArrival(bytes, nowNanos - intervalStart);
    else onLightArrival(bytes, nowNanos - intervalStart);
    onGone(bytes, nowNanos);
    intervalQueued = outstandingBytes >= QUEUE_BYTES;
    intervalStart = nowNanos;
    takeLatency(nowNanos - sentNanos, nowNanos);
  }

  private void onQueuedArrival(int bytes, long nanos) {
    queuedNanos += nanos;
    queuedBytes += bytes;
    if (queuedBytes > MEMORY_BYTES) {
      queuedNanos /= 2;
      queuedBytes /= 2;
    }
  }

  private void onLightArrival(int bytes, long nanos) {
    lightNanos += nanos;
    lightBytes += bytes;
    if (lightBytes < QUEUE_BYTES) return;
    queuedNanos = Math.min(queuedNanos, lightNanos / lightBytes * queuedBytes);
    lightNanos = 0;
    lightBytes = 0;
  }

  private void takeLatency(long nanos, long nowNanos) {
    if (!isTimed()) latencyStart = nowNanos;
    if (nowNanos - latencyStart > LATENCY_NANOS) {
      latencyBefore = latency;
      latency = UNKNOWN;
      latencyStart = nowNanos;
    }
    latency = Math.min(latency, Math.max(0, nanos));
  }

  /** What was on its way will not arrive, or nobody waits for it any more. */
  void onLost(int bytes, long nowNanos) {
    onGone(bytes, nowNanos);
    intervalQueued = false;
  }

  private void onGone(int bytes, long nowNanos) {
    outstandingBytes -= bytes;
    if (outstandingBytes == 0) restsSinceNanos = nowNanos;
  }

  private boolean isTimed() {
    return latency != UNKNOWN || latencyBefore != UNKNOWN;
  }

  /** Whether the first segments after a rest are on their way, which tell whether more should follow. */
  boolean isTried() {
    return outstandingBytes > 0 && !isTimed();
  }

  /** What fills the path: its latency at its speed; 0 if too little was measured. */
  long fillBytes() {
    if (queuedBytes < MEMORY_BYTES / 4) return 0;
    return (long) Math.min(latencyNanos() / nanosPerByte(), BondPath.MAX_FLIGHT_BYTES);
  }

  /** Least time from sending to acknowledgement; 0 if nothing arrived yet. */
  public long latencyNanos() {
    long least = Math.min(latency, latencyBefore);
    return least == UNKNOWN ? 0 : least;
  }

  /** What a byte takes in a queue; 0 if there never was one. */
  public double nanosPerByte() {
    return queuedBytes == 0 ? 0 : queuedNanos / queuedBytes;
  }

  /** When so many bytes would have arrived if they were sent now, in nanoseconds from now. */
  long expectedNanos(int bytes, long nowNanos) {
    long all = latencyNanos() + (long) ((outstandingBytes + bytes) * nanosPerByte());
    if (outstandingBytes > 0) return all;
    return all >> halvings(nowNanos);
  }

  /** Bytes sent and neither acknowledged nor lost. */
  public long outstandingBytes() {
    return outstandingBytes;
  }

  /** Bytes sent so far. */
  public long sentBytes() {
    return sentBytes;
  }
}
