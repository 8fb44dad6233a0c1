package org.openagi.p2p.protocols.mdns;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.limits.TokenBucket;

/** When to ask, announce and answer on one link. Decides times only; {@link Mdns} acts. */
final class LinkState {

  /** A second announcement follows the first, for those who missed it (RFC 6762 section 8.3). */
  private static final long ANNOUNCE_AGAIN_NANOS = 1_000_000_000L;

  /** Our own question comes back by multicast loop within this time, or not at all. */
  private static final long LOOP_NANOS = 100_000_000L;

  /** Least time between a question and one more that others gave a reason for. */
  private static final long ASK_AGAIN_NANOS = 1_000_000_000L;

  /** Spread of answers where many hosts answer (RFC 6762 section 6). */
  private static final long CROWD_DELAY_MIN_NANOS = 20_000_000L;

  private static final long CROWD_DELAY_MAX_NANOS = 120_000_000L;

  /** Wait for more known answers after a truncated query (RFC 6762 section 7.2). */
  private static final long TRUNCATED_DELAY_MIN_NANOS = 400_000_000L;

  private static final long TRUNCATED_DELAY_MAX_NANOS = 500_000_000L;

  private final MdnsConfig config;
  private final RandomGenerator random;
  private final TokenBucket datagrams;
  private final TokenBucket responses;
  private MdnsLink link;

  private long burstStartNanos;
  private int burstSent;
  private long intervalNanos;
  private long nextQueryNanos;
  private @Nullable Bytes lastQuery;
  private long loopUntilNanos;
  private long lastQueryNanos;

  private long nextAnnounceNanos = Mdns.NO_DEADLINE;
  private boolean announced;

  private int pending;
  private long respondNanos = Mdns.NO_DEADLINE;
  private @Nullable MdnsEndpoint truncatedFrom;
  private boolean multicastBefore;
  private long lastMulticastNanos;

  LinkState(MdnsConfig config, MdnsLink link, RandomGenerator random, long nowNanos) {
    this.config = config;
    this.link = link;
    this.random = random;
    MdnsLimits limits = config.limits();
    datagrams = new TokenBucket(limits.datagramBurst(), limits.datagramsPerSecond(), nowNanos);
    responses = new TokenBucket(limits.responseBurst(), limits.responsesPerSecond(), nowNanos);
    lastQueryNanos = nowNanos;
    startBurst(nowNanos);
  }

  MdnsLink link() {
    return link;
  }

  void setLink(MdnsLink changed) {
    link = changed;
  }

  boolean admitDatagram(long nowNanos) {
    return datagrams.tryTake(1, nowNanos);
  }

  boolean admitResponse(long nowNanos) {
    return responses.tryTake(1, nowNanos);
  }

  // Asking.

  void startBurst(long nowNanos) {
    burstStartNanos = nowNanos;
    burstSent = 0;
    intervalNanos = config.queryInterval().toNanos();
    nextQueryNanos = nowNanos + config.queryBurst().getFirst().toNanos();
  }

  /** Asks soon, because something known expires; what others announce cannot make us ask often. */
  void askSoon(long nowNanos) {
    long earliest = lastQueryNanos + ASK_AGAIN_NANOS;
    nextQueryNanos = Math.min(nextQueryNanos, Math.max(nowNanos, earliest));
  }

  boolean queryDue(long nowNanos) {
    return nowNanos >= nextQueryNanos;
  }

  void onQuerySent(Bytes query, long nowNanos) {
    lastQueryNanos = nowNanos;
    lastQuery = query;
    loopUntilNanos = nowNanos + LOOP_NANOS;
    List<Duration> burst = config.queryBurst();
    // What a slow or suspended process has missed is not made up for.
    while (burstSent < burst.size() && burstNanos(burstSent) <= nowNanos) {
      burstSent++;
    }
    if (burstSent < burst.size()) {
      nextQueryNanos = burstNanos(burstSent);
    } else {
      postponeQuery(nowNanos);
    }
  }

  private long burstNanos(int index) {
    return burstStartNanos + config.queryBurst().get(index).toNanos();
  }

  /**
   * Somebody else asked what we would ask, without naming answers known: all will answer, and we
   * hear it too (RFC 6762 section 7.3).
   */
  void onSameQuestionByOther(long nowNanos) {
    if (burstSent >= config.queryBurst().size()) {
      postponeQuery(nowNanos);
    }
  }

  private void postponeQuery(long nowNanos) {
    nextQueryNanos = nowNanos + intervalNanos * random.nextInt(80, 121) / 100;
    intervalNanos = Math.min(intervalNanos * 2, config.queryIntervalMax().toNanos());
  }

  /**
   * True once for each question sent, when it comes back. Other processes of this machine send
   * equal bytes from an equal address, so no more than one is taken for ours.
   */
  boolean isOwnQuery(Bytes payload, MdnsEndpoint source, long nowNanos) {
    if (lastQuery == null
        || nowNanos > loopUntilNanos
        || !payload.equals(lastQuery)
        || !link.ownIps().contains(source.ip())) {
      return false;
    }
    lastQuery = null;
    return true;
  }

  // Announcing and answering.

  void announce(long nowNanos) {
    announced = false;
    nextAnnounceNanos = nowNanos;
  }

  boolean announceDue(long nowNanos) {
    return nowNanos >= nextAnnounceNanos;
  }

  void onAnnounced(long nowNanos) {
    nextAnnounceNanos = announced ? Mdns.NO_DEADLINE : nowNanos + ANNOUNCE_AGAIN_NANOS;
    announced = true;
    onMulticast(nowNanos);
  }

  void onMulticast(long nowNanos) {
    multicastBefore = true;
    lastMulticastNanos = nowNanos;
  }

  /** True if all of the link have heard our records within this time. */
  boolean multicastWithin(long nanos, long nowNanos) {
    return multicastBefore && nowNanos - lastMulticastNanos < nanos;
  }

  /** Schedules an answer; answers that wait already go along. */
  void answer(int wanted, boolean crowd, long nowNanos) {
    long delay = crowd ? random.nextLong(CROWD_DELAY_MIN_NANOS, CROWD_DELAY_MAX_NANOS + 1) : 0;
    truncatedFrom = null;
    schedule(wanted, nowNanos + delay);
  }

  /** Schedules an answer to a query whose known answers continue. */
  void answerTruncated(int wanted, MdnsEndpoint source, long nowNanos) {
    if (pending == 0) {
      truncatedFrom = source;
    }
    schedule(
        wanted,
        nowNanos + random.nextLong(TRUNCATED_DELAY_MIN_NANOS, TRUNCATED_DELAY_MAX_NANOS + 1));
  }

  /** More known answers of a truncated query: what the asker knows need not be said. */
  void onMoreKnownAnswers(int known, MdnsEndpoint source) {
    if (source.equals(truncatedFrom)) {
      pending &= ~known;
      if (pending == 0) {
        takePending();
      }
    }
  }

  private void schedule(int wanted, long whenNanos) {
    pending |= wanted;
    respondNanos = Math.min(respondNanos, whenNanos);
  }

  boolean responseDue(long nowNanos) {
    return pending != 0 && nowNanos >= respondNanos;
  }

  /** The answer has to wait until the rate allows it. */
  void deferResponse(long nowNanos) {
    respondNanos = nowNanos + Math.max(1, responses.nanosUntil(1, nowNanos));
  }

  int takePending() {
    int wanted = pending;
    pending = 0;
    respondNanos = Mdns.NO_DEADLINE;
    truncatedFrom = null;
    return wanted;
  }

  long nextDeadlineNanos() {
    return Math.min(nextQueryNanos, Math.min(nextAnnounceNanos, respondNanos));
  }
}
