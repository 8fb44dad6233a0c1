package org.openagi.p2p.overlay.broadcast;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;

/** A link as a part of the tree, or beside it. Confined to its owner. */
final class Branch {
  /** A neighbour may pass on several floods at once, each within the limit of its origin. */
  static final int ORIGINS_AT_ONCE = 4;

  /** Ranges of news that a neighbour may send in a row, and a second. */
  static final int NEWS_BURST = 2 * BroadcastFrame.MAX_RANGES;

  static final int NEWS_PER_SECOND = BroadcastFrame.MAX_RANGES;

  /** Repetitions a second, beyond a second full of them at once: a link ends to repeat when it is asked to be lazy. */
  static final int DUPLICATES_PER_SECOND = 100;

  /** Least time between two requests to become lazy: copies that are on their way need no answer each. */
  private static final long PRUNE_PAUSE_NANOS = 1_000_000_000L;

  private final PeerId peer;
  private boolean eager = true;
  private long prunedNanos;
  private boolean pruned;
  private @Nullable Map<Source, NumberRanges> confirmed;
  private @Nullable TokenBucket copies;
  private @Nullable TokenBucket duplicates;
  private @Nullable TokenBucket news;
  private @Nullable TokenBucket served;

  Branch(PeerId peer) {
    this.peer = peer;
  }

  PeerId peer() {
    return peer;
  }

  boolean isEager() {
    return eager;
  }

  /** The link carries copies from now on. */
  void setEager() {
    eager = true;
    pruned = false;
  }

  /** The link carries news only from now on. */
  void setLazy() {
    eager = false;
  }

  /** Whether to ask the neighbour, once more, to keep its copies. */
  boolean takePrune(boolean isFirst, long nowNanos) {
    if (!isFirst && pruned && nowNanos - prunedNanos < PRUNE_PAUSE_NANOS) return false;
    pruned = true;
    prunedNanos = nowNanos;
    return true;
  }

  boolean takeCopy(BroadcastConfig config, long nowNanos) {
    if (copies == null) {
      int perSecond = ORIGINS_AT_ONCE * config.messagesPerSecond();
      copies = new TokenBucket(perSecond, perSecond, nowNanos);
    }
    return copies.tryTake(1, nowNanos);
  }

  boolean takeDuplicate(BroadcastConfig config, long nowNanos) {
    if (duplicates == null) {
      duplicates = new TokenBucket(config.messagesPerSecond(), DUPLICATES_PER_SECOND, nowNanos);
    }
    return duplicates.tryTake(1, nowNanos);
  }

  boolean takeNews(int ranges, long nowNanos) {
    if (news == null) news = new TokenBucket(NEWS_BURST, NEWS_PER_SECOND, nowNanos);
    return news.tryTake(ranges, nowNanos);
  }

  boolean takeServed(int bytes, BroadcastConfig config, long nowNanos) {
    if (served == null) {
      long perSecond = config.graftBytesPerSecond();
      served = new TokenBucket(perSecond, perSecond, nowNanos);
    }
    return served.tryTake(bytes, nowNanos);
  }

  /** A message that the neighbour made arrived from it. */
  void confirm(Source source, long number) {
    if (confirmed == null) confirmed = new LinkedHashMap<>();
    confirmed.computeIfAbsent(source, each -> new NumberRanges()).add(number);
  }

  /** What is to be confirmed; empty if nothing is. */
  List<BroadcastFrame.Group> pollConfirmed() {
    if (confirmed == null) return List.of();
    List<BroadcastFrame.Group> groups = MessageCache.group(confirmed);
    confirmed = null;
    return groups;
  }
}
