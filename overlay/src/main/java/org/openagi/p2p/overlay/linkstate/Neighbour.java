package org.openagi.p2p.overlay.linkstate;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.OverlayLink;

/** A link of this node, and what the other end may still send. */
final class Neighbour {
  /** Comparisons that a neighbour may ask for at once, and one each two seconds. */
  private static final int SUMMARY_BURST = 8;

  private static final double SUMMARIES_PER_SECOND = 0.5;

  /** Times at which a neighbour may tell what is new, in a row and each second: four times what one that is honest does. */
  private static final int NEWS_BURST = 32;

  private static final double NEWS_PER_SECOND = 8;

  /** New adverts that a neighbour may send at once and each second, whatever room the tables of the two have. */
  private static final int ADVERTS_BURST = 2048;

  private static final double ADVERTS_PER_SECOND = 200;

  /**
   * Adverts that are sent to it at once and each second: whoever makes this node pass on many can't have it blamed for too
   * many, not even if ten seconds' worth of them arrive at once. Comparisons bring what was left out.
   */
  private static final int SERVED_BURST = 1024;

  private static final double SERVED_PER_SECOND = 100;

  /** So long after a link came up its first measures may be put right without counting as measures that jump. */
  private static final long YOUNG_NANOS = 15_000_000_000L;

  private static final long NANOS_PER_MILLI = 1_000_000L;

  /** What a neighbour was asked for: the number of the advert, and when. */
  record Asked(long sequence, long nanos) {}

  final PeerId peer;
  final boolean light;

  /** From when on the link is advertised; later than its start if it came and went before. */
  final long advertisedFromNanos;

  /** What was last advertised of it. */
  @Nullable
  AdvertLink advertised;

  /** What was last measured of it. */
  AdvertLink measured;

  /** What had been measured when ways were last sought because of it. */
  AdvertLink reckoned;

  /** Whether it says nothing, so that no way is sought behind it. */
  boolean silent;

  /** Whether others carry what it was to carry, so that the link to it is not advertised. */
  boolean replaced;

  private final long sinceNanos;

  /** The newest advert by which its clock was read; negative if none was. */
  private long clockSequence = -1;

  /** What its clock showed at {@link #clockReadNanos}, in milliseconds since 1970. */
  private long clockMillis;

  private long clockReadNanos;

  /** Whether a summary was sent to it that it has not answered. */
  boolean listingExpected;

  /** Origins, by their hashes, of adverts that it has not been told of. At most {@link LinkStateFrame#MAX_ENTRIES}. */
  final Set<Long> untold = new LinkedHashSet<>();

  /** By the origin's hash, what it told of and was asked for. At most {@link LinkStateFrame#MAX_ENTRIES}. */
  final Map<Long, Asked> asked = new HashMap<>();

  final TokenBucket adverts;
  final TokenBucket served;
  final TokenBucket summaries;
  final TokenBucket news;

  /** Whether it turned out to be much better than was told of it when it was new. */
  boolean isUndersold(long nowNanos) {
    AdvertLink told = advertised;
    return told != null
        && nowNanos - sinceNanos < YOUNG_NANOS
        && measured.costMicros() < told.costMicros()
        && isToldOtherwise();
  }

  /** Whether others were told of it, and of a measure that is much better or worse. */
  boolean isToldOtherwise() {
    AdvertLink told = advertised;
    return told != null && measured.differsMuch(told);
  }

  /** What was told before as long as it is about right, so that a refresh says nothing new. */
  AdvertLink worthTelling() {
    AdvertLink told = advertised;
    return told == null || measured.differsMuch(told) ? measured : told;
  }

  /**
   * Reads its clock by what it said of itself. It lists this node only in adverts that it made since the link is there, so
   * that what is read has just been made, and does not come from somebody's memory.
   */
  void readClock(LinkAdvert own, PeerId self, long nowNanos) {
    LinkAdvert.Statement said = own.statement();
    if (!said.origin().equals(peer) || said.sequence() <= clockSequence) return;
    if (said.links().stream().noneMatch(link -> link.peer().equals(self))) return;
    clockSequence = said.sequence();
    clockMillis = said.issuedEpochMillis();
    clockReadNanos = nowNanos;
  }

  /** What its clock shows now, in milliseconds since 1970; empty if it was not read. */
  OptionalLong clockMillis(long nowNanos) {
    return clockSequence < 0
        ? OptionalLong.empty()
        : OptionalLong.of(clockMillis + (nowNanos - clockReadNanos) / NANOS_PER_MILLI);
  }

  Neighbour(OverlayLink link, AdvertLink measured, long advertisedFromNanos, long nowNanos) {
    this.peer = link.peer();
    this.light = link.nodeType() == NodeType.LIGHT;
    this.measured = measured;
    this.reckoned = measured;
    this.sinceNanos = nowNanos;
    this.advertisedFromNanos = advertisedFromNanos;
    this.adverts = new TokenBucket(ADVERTS_BURST, ADVERTS_PER_SECOND, nowNanos);
    this.served = new TokenBucket(SERVED_BURST, SERVED_PER_SECOND, nowNanos);
    this.summaries = new TokenBucket(SUMMARY_BURST, SUMMARIES_PER_SECOND, nowNanos);
    this.news = new TokenBucket(NEWS_BURST, NEWS_PER_SECOND, nowNanos);
  }
}
