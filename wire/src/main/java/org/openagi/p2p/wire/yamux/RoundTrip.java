package org.openagi.p2p.wire.yamux;

/**
 * Round trip time of the connection from ping frames: the least of the last few samples, so that a
 * moment of queueing does not look like distance. Not thread-safe.
 */
final class RoundTrip {
  /** Samples after which an old minimum is forgotten (at most twice as many are looked at). */
  private static final int EPOCH_SAMPLES = 4;

  private boolean waiting;
  private int token;
  private long sentNanos;
  private long sampledNanos;
  private long currentMin = Long.MAX_VALUE;
  private long previousMin = Long.MAX_VALUE;
  private int samples;

  /** Notes that a ping leaves; returns its opaque value. An unanswered one is superseded. */
  int start(long nowNanos) {
    waiting = true;
    sentNanos = nowNanos;
    return ++token;
  }

  /** Takes the answer; false if it answers nothing that is outstanding. */
  boolean onAnswer(int value, long nowNanos) {
    if (!waiting || value != token) return false;
    waiting = false;
    sampledNanos = nowNanos;
    if (samples++ == EPOCH_SAMPLES) {
      previousMin = currentMin;
      currentMin = Long.MAX_VALUE;
      samples = 1;
    }
    currentMin = Math.min(currentMin, Math.max(1, nowNanos - sentNanos));
    return true;
  }

  /** Whether a new sample is due: none is younger than {@code maxAgeNanos} or on its way. */
  boolean isStale(long nowNanos, long maxAgeNanos) {
    if (waiting) return nowNanos - sentNanos > maxAgeNanos;
    return nanos() < 0 || nowNanos - sampledNanos > maxAgeNanos;
  }

  /** In nanoseconds, at least 1; or -1 if not measured yet. */
  long nanos() {
    long min = Math.min(currentMin, previousMin);
    return min == Long.MAX_VALUE ? -1 : min;
  }
}
