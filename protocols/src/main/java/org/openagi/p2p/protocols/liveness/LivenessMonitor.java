package org.openagi.p2p.protocols.liveness;

import java.util.concurrent.TimeUnit;

/**
 * Watches one link. Any inbound byte proves life; only after a silence is the peer pinged, and only
 * after several unanswered pings is the link dead. All times are those of one {@link LivenessClock}.
 * Confined to its owner. Small on purpose: a node has thousands.
 */
public final class LivenessMonitor {
  /** What the owner has to do now. */
  public enum Action {
    /** Nothing. */
    NONE,
    /** Send a ping; its answer is just inbound traffic. */
    PING,
    /** Close the link: {@link LinkState#DEAD}. */
    CLOSE
  }

  private final long intervalNanos;
  private final long answerNanos;
  private final int missedLimit;

  private LinkState state = LinkState.HEALTHY;
  private long heardNanos;
  private long askedNanos;
  private long bytesSeen;
  private int unanswered;
  private boolean doubted;
  private long patienceNanos;

  /** Starts watching a link that was alive at {@code nowNanos}. */
  public LivenessMonitor(LivenessConfig config, long nowNanos) {
    this.intervalNanos = config.interval().toNanos();
    this.answerNanos = config.answer().toNanos();
    this.missedLimit = config.missedLimit();
    this.heardNanos = nowNanos;
  }

  /**
   * Looks at the link. Call at least four times per answer time.
   *
   * @param nowNanos time by the {@link LivenessClock}
   * @param bytesIn inbound bytes of the link so far; a change is a sign of life
   */
  public Action onTick(long nowNanos, long bytesIn) {
    if (bytesIn != bytesSeen) {
      bytesSeen = bytesIn;
      heardNanos = nowNanos;
      unanswered = 0;
      doubted = false;
      state = LinkState.HEALTHY;
      return Action.NONE;
    }
    if (state == LinkState.DEAD) return Action.NONE;
    if (unanswered == 0) {
      boolean silent = nowNanos - heardNanos >= intervalNanos;
      return silent || doubted ? ping(nowNanos) : Action.NONE;
    }
    if (nowNanos - askedNanos < answerNanos) return Action.NONE;
    if (unanswered >= missedLimit && nowNanos - heardNanos >= patienceNanos) {
      state = LinkState.DEAD;
      return Action.CLOSE;
    }
    state = LinkState.SUSPECT;
    return ping(nowNanos);
  }

  /**
   * Gives the link at least so long from when it was last heard of, since somebody else decides about the peer and is to
   * be first; meanwhile it is pinged and suspected as ever. 0 for no longer than the configuration says.
   */
  public void setPatience(long nanos) {
    patienceNanos = nanos;
  }

  /** Asks for a ping at the next tick, e.g. because a new connection casts doubt on this one. */
  public void doubt() {
    doubted = true;
  }

  private Action ping(long nowNanos) {
    unanswered++;
    doubted = false;
    askedNanos = nowNanos;
    return Action.PING;
  }

  /** What is thought of the link. */
  public LinkState state() {
    return state;
  }

  /** One sentence about the silence, for people. */
  public String describe(long nowNanos) {
    return "nothing heard for "
        + TimeUnit.NANOSECONDS.toMillis(nowNanos - heardNanos)
        + " ms, "
        + unanswered
        + " of "
        + missedLimit
        + " heartbeats unanswered";
  }
}
