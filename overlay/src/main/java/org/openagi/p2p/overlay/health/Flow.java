package org.openagi.p2p.overlay.health;

/** Bytes of a link, from samples of its counters. Confined to its owner. */
final class Flow {
  /** How long a rate is remembered: after this time a change shows to 63 %. */
  private static final double MEMORY_NANOS = 3e9;

  /** What waits for less than this is no load: it leaves in one go. */
  private static final long FREE_QUEUE_BYTES = 64 << 10;

  /** A link whose queue takes this long to drain is full. */
  private static final double FULL_SECONDS = 1;

  private boolean sampled;
  private long atNanos;
  private long bytesIn;
  private long bytesOut;
  private long queuedBytes;
  private double inPerSecond;
  private double outPerSecond;

  /** What a sample shows. */
  enum Sign {
    /** Bytes came in. */
    HEARD,
    /** None came in, while some went out or wait to. */
    SPOKE,
    /** Nothing moved. */
    QUIET
  }

  /** Takes counters; smaller ones than before (a connection was replaced) start anew. */
  Sign sample(long in, long out, long queued, long nowNanos) {
    long moreIn = in - bytesIn;
    long moreOut = out - bytesOut;
    boolean anew = !sampled || moreIn < 0 || moreOut < 0;
    if (!anew) average(moreIn, moreOut, nowNanos - atNanos);
    if (anew || nowNanos > atNanos) atNanos = nowNanos;
    sampled = true;
    bytesIn = in;
    bytesOut = out;
    queuedBytes = Math.max(0, queued);
    if (anew) return Sign.QUIET;
    if (moreIn > 0) return Sign.HEARD;
    return moreOut > 0 || queuedBytes > 0 ? Sign.SPOKE : Sign.QUIET;
  }

  private void average(long moreIn, long moreOut, long elapsedNanos) {
    if (elapsedNanos <= 0) return;
    double keep = StrictMath.exp(-elapsedNanos / MEMORY_NANOS);
    double perSecond = 1e9 / elapsedNanos * (1 - keep);
    inPerSecond = inPerSecond * keep + moreIn * perSecond;
    outPerSecond = outPerSecond * keep + moreOut * perSecond;
  }

  long inPerSecond() {
    return Math.round(inPerSecond);
  }

  long outPerSecond() {
    return Math.round(outPerSecond);
  }

  /** How full the link is, 0 to 1000: how long what waits will take, at the rate of the last seconds. */
  int loadPermille() {
    if (queuedBytes <= FREE_QUEUE_BYTES) return 0;
    double seconds = queuedBytes / Math.max(outPerSecond, FREE_QUEUE_BYTES);
    return (int) Math.min(1000, 1000 * seconds / FULL_SECONDS);
  }
}
