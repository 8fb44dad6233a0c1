package org.openagi.p2p.overlay.linkstate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.overlay.OverlayMachine;

/**
 * When this node says something new of itself, and what. A lost link is said at once; a new one after a moment in which others
 * may come; a link that keeps coming and going is kept to itself ever longer; and all of it within a budget of adverts.
 */
final class OwnAdvert {
  /** What happens together is said together: links that die by one cause die within this time. */
  private static final long LOSS_DELAY_NANOS = 20_000_000L;

  private static final long GAIN_DELAY_NANOS = 200_000_000L;

  /** A link that was lost once is advertised again after a second, twice after two, … */
  private static final long FIRST_HOLD_NANOS = 1_000_000_000L;

  private static final long MAX_HOLD_NANOS = 64_000_000_000L;

  /** Adverts of the budget that are left when a neighbour is but silent: one that says that it speaks, one for a lost link. */
  private static final int DOUBT_LEAVES = 2;

  /** After so long without a loss a link's past is forgotten. */
  private static final long FORGIVE_NANOS = 300_000_000_000L;

  /** Most lost links whose past is remembered. */
  static final int MAX_REMEMBERED = 128;

  /** A refresh comes up to a quarter early, so that nodes that started together drift apart. */
  private static final double JITTER = 0.25;

  /** Adverts for measures alone that may follow each other; then one for each time of {@link LinkStateConfig#minRefresh}. */
  private static final int QUALITY_BURST = 2;

  /** What it takes to tell of an advert: eight neighbours hear of it. */
  private static final int TOLD_BYTES = 128;

  /** Size of an advert before others' are known: eight links and a key. */
  private static final int TYPICAL_BYTES = 512;

  private record Past(int losses, long lastNanos) {}

  private final LinkStateConfig config;
  private final PeerId self;
  private final LinkStatePort port;
  private final TimeSource time;
  private final TokenBucket budget;
  private final TokenBucket qualityBudget;
  private final Map<PeerId, Past> pasts = new LinkedHashMap<>();
  private Bytes sealKey = Bytes.EMPTY;
  private @Nullable LinkAdvert advert;
  private long sequence;
  private long newsNanos = OverlayMachine.NEVER;
  private long qualityNanos = OverlayMachine.NEVER;
  private long refreshNanos;
  private long issued;

  OwnAdvert(
      LinkStateConfig config, PeerId self, LinkStatePort port, TimeSource time, long nowNanos) {
    this.config = config;
    this.self = self;
    this.port = port;
    this.time = time;
    this.budget = new TokenBucket(
        config.changeBurst(), 1_000.0 / Math.max(1, config.changePause().toMillis()), nowNanos);
    this.qualityBudget = new TokenBucket(
        QUALITY_BURST, 1_000.0 / Math.max(1, config.minRefresh().toMillis()), nowNanos);
    this.refreshNanos = nowNanos;
  }

  @Nullable
  LinkAdvert advert() {
    return advert;
  }

  int pasts() {
    return pasts.size();
  }

  long issued() {
    return issued;
  }

  void announceSealKey(Bytes key, long nowNanos) {
    if (key.length() > LinkAdvert.MAX_SEAL_KEY_BYTES) {
      throw new IllegalArgumentException(
          "seal key of " + key.length() + " bytes, at most " + LinkAdvert.MAX_SEAL_KEY_BYTES);
    }
    if (key.equals(sealKey)) return;
    sealKey = key;
    newsAt(nowNanos);
  }

  /** Returns from when on the link may be advertised. */
  long onGained(PeerId peer, long nowNanos) {
    Past past = pasts.get(peer);
    long hold = 0;
    if (past != null && nowNanos - past.lastNanos < FORGIVE_NANOS) {
      hold = Math.min(MAX_HOLD_NANOS, FIRST_HOLD_NANOS << Math.min(past.losses - 1, 16));
    }
    newsAt(nowNanos + Math.max(hold, GAIN_DELAY_NANOS));
    return nowNanos + hold;
  }

  void onLost(Neighbour neighbour, long nowNanos) {
    Past past = pasts.remove(neighbour.peer);
    boolean forgiven = past == null || nowNanos - past.lastNanos >= FORGIVE_NANOS;
    pasts.put(neighbour.peer, new Past(forgiven ? 1 : past.losses + 1, nowNanos));
    if (pasts.size() > MAX_REMEMBERED) pasts.remove(pasts.keySet().iterator().next());
    if (neighbour.advertised != null) newsAt(nowNanos + LOSS_DELAY_NANOS);
  }

  /**
   * Others carry what a silent neighbour was to carry: the link is not advertised until it speaks, unless too few adverts are
   * left for links that are lost.
   */
  void onReplaced(Neighbour neighbour, long nowNanos) {
    if (neighbour.advertised == null || budget.nanosUntil(DOUBT_LEAVES + 1, nowNanos) > 0) return;
    neighbour.replaced = true;
    newsAt(nowNanos + LOSS_DELAY_NANOS);
  }

  /** It was no more than silent: that its link is back is told as if it were new. */
  void onSpeaksAgain(Neighbour neighbour, long nowNanos) {
    neighbour.replaced = false;
    newsAt(nowNanos + GAIN_DELAY_NANOS);
  }

  /** A measure is another one than was told. */
  void onQualityChanged(Neighbour neighbour, long nowNanos) {
    long pause = config.changePause().toNanos();
    if (!neighbour.isUndersold(nowNanos)) {
      pause = Math.max(pause, qualityBudget.nanosUntil(1, nowNanos));
    }
    qualityNanos = Math.min(qualityNanos, nowNanos + pause);
  }

  /** An advert of this node came back that is newer than its last: from before a restart with a clock that was ahead. */
  void onEcho(long heard, long nowNanos) {
    if (heard < sequence) return;
    sequence = heard;
    newsAt(nowNanos);
  }

  private void newsAt(long nanos) {
    newsNanos = Math.min(newsNanos, nanos);
  }

  long nextDeadlineNanos() {
    return Math.min(Math.min(newsNanos, qualityNanos), refreshNanos);
  }

  /** Makes a new advert if one is due and within the budget. */
  @Nullable
  LinkAdvert onTimer(Collection<Neighbour> neighbours, int known, double jitter, long nowNanos) {
    if (nowNanos >= qualityNanos) onQualityDue(neighbours, nowNanos);
    boolean refresh = nowNanos >= refreshNanos;
    if (!refresh && nowNanos < newsNanos) return null;
    if (!refresh && !budget.tryTake(1, nowNanos)) {
      newsNanos = nowNanos + budget.nanosUntil(1, nowNanos);
      return null;
    }
    long interval = refreshMillis(known);
    LinkAdvert made = LinkAdvert.of(statement(neighbours, interval, nowNanos), port::sign);
    advert = made;
    issued++;
    newsNanos = nextHeldLink(neighbours, nowNanos);
    refreshNanos = nowNanos + (long) (interval * 1e6 * (1 - JITTER * jitter));
    return made;
  }

  /** A measure that is what it was before is no news after all. */
  private void onQualityDue(Collection<Neighbour> neighbours, long nowNanos) {
    qualityNanos = OverlayMachine.NEVER;
    boolean free = false;
    boolean news = false;
    for (Neighbour each : neighbours) {
      free |= each.isUndersold(nowNanos);
      news |= each.isToldOtherwise();
    }
    if (free || (news && qualityBudget.tryTake(1, nowNanos))) newsAt(nowNanos);
  }

  private static long nextHeldLink(Collection<Neighbour> neighbours, long nowNanos) {
    long next = OverlayMachine.NEVER;
    for (Neighbour each : neighbours) {
      if (each.advertisedFromNanos > nowNanos) next = Math.min(next, each.advertisedFromNanos);
    }
    return next;
  }

  /** Interval at which all known nodes' adverts together stay within the budget. */
  long refreshMillis(int known) {
    LinkAdvert mine = advert;
    long bytes = mine == null ? TYPICAL_BYTES : Math.max(TYPICAL_BYTES / 2, mine.wireBytes());
    long fair = 1_000L * known * (bytes + TOLD_BYTES) / config.refreshBytesPerSecond();
    return Math.max(config.minRefresh().toMillis(), Math.min(config.maxRefresh().toMillis(), fair));
  }

  private LinkAdvert.Statement statement(
      Collection<Neighbour> neighbours, long intervalMillis, long nowNanos) {
    long now = Math.max(0, time.epochMillis());
    sequence = Math.max(sequence + 1, now);
    List<AdvertLink> links = new ArrayList<>(neighbours.size());
    for (Neighbour each : neighbours) {
      boolean told = nowNanos >= each.advertisedFromNanos
          && !each.replaced
          && links.size() < LinkAdvert.MAX_LINKS;
      each.advertised = told ? each.worthTelling() : null;
      if (each.advertised != null) links.add(each.advertised);
    }
    links.sort(Comparator.comparing(AdvertLink::peer));
    return new LinkAdvert.Statement(
        self,
        sequence,
        now,
        Math.min(
            LinkAdvert.MAX_LIFETIME_MILLIS, LinkStateConfig.LIFETIME_REFRESHES * intervalMillis),
        config.nodeType(),
        config.relays(),
        config.keepsMail(),
        sealKey,
        links,
        config.name());
  }
}
