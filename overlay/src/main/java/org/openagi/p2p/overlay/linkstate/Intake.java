package org.openagi.p2p.overlay.linkstate;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;

/**
 * Decides which adverts are taken, the cheap questions first: a signature is checked only if the advert would be taken, its
 * origin and the neighbour are within their rates, and few others are being checked.
 */
final class Intake {
  /** New adverts of an origin that are taken in a row, and one more after each pause: twice what the origin allows itself. */
  private static final int ORIGIN_BURST = 8;

  private static final int ORIGIN_PAUSE_TICKS = 20;

  /** What a bad signature costs a neighbour of its rate: a liar has a few dozen checked, not thousands. */
  private static final int BAD_SIGNATURE_TOKENS = 64;

  private static final long NANOS_PER_TICK = 100_000_000L;
  private static final long MILLIS_PER_TICK = 100;

  /** What becomes of a good advert. */
  interface Sink {
    void onAccepted(PeerId from, LinkAdvert advert, int slot, @Nullable LinkAdvert before);

    void onEcho(long sequence);
  }

  private final LinkStateConfig config;
  private final PeerId self;
  private final LinkStatePort port;
  private final TimeSource time;
  private final AdvertTable table;
  private final Sink sink;
  private final long startNanos;
  private final Map<AdvertRefusal, Long> refused = new EnumMap<>(AdvertRefusal.class);
  private final Map<PeerId, Long> unchecked = new HashMap<>();
  private long accepted;
  private int horizon = AdvertTable.UNKNOWN_HOPS + 1;

  Intake(
      LinkStateConfig config,
      PeerId self,
      LinkStatePort port,
      TimeSource time,
      AdvertTable table,
      long startNanos,
      Sink sink) {
    this.config = config;
    this.self = self;
    this.port = port;
    this.time = time;
    this.table = table;
    this.startNanos = startNanos;
    this.sink = sink;
  }

  int unchecked() {
    return unchecked.size();
  }

  long accepted() {
    return accepted;
  }

  Map<AdvertRefusal, Long> refused() {
    return Map.copyOf(refused);
  }

  int tick(long nowNanos) {
    return (int) ((nowNanos - startNanos) / NANOS_PER_TICK);
  }

  /** Nodes with so many hops or more no longer fit; above 255 while all do. */
  void setHorizon(int hops) {
    horizon = hops;
  }

  int horizon() {
    return horizon;
  }

  /**
   * An advert came from a neighbour.
   *
   * @return false if the rest of what it sent is not worth looking at
   */
  boolean onAdvert(Neighbour from, LinkAdvert advert, long nowNanos) {
    AdvertRefusal why = refusal(from, advert, nowNanos);
    if (why != null) {
      refuse(from.peer, why);
      return why != AdvertRefusal.NEIGHBOUR_TOO_FAST;
    }
    unchecked.put(advert.origin(), advert.sequence());
    port.verify(advert, good -> onVerified(from, advert, good));
    return true;
  }

  private @Nullable AdvertRefusal refusal(Neighbour from, LinkAdvert advert, long nowNanos) {
    if (isOld(advert)) return AdvertRefusal.OLD;
    LinkAdvert.Statement said = advert.statement();
    long wall = time.epochMillis();
    if (said.issuedEpochMillis() > wall + config.clockTolerance().toMillis()) {
      return AdvertRefusal.FUTURE_DATED;
    }
    if (said.issuedEpochMillis() + said.lifetimeMillis() <= wall) return AdvertRefusal.EXPIRED;
    if (!from.adverts.tryTake(1, nowNanos)) return AdvertRefusal.NEIGHBOUR_TOO_FAST;
    if (advert.origin().equals(self)) return busy();
    int slot = table.slotOf(advert.origin());
    if (slot == AdvertTable.NONE) {
      return hopsTo(advert, from.peer) >= horizon ? AdvertRefusal.TOO_FAR : busy();
    }
    if (unchecked.size() >= config.maxUnchecked()) return AdvertRefusal.BUSY;
    boolean served = table.takeCredit(slot, tick(nowNanos), ORIGIN_BURST, ORIGIN_PAUSE_TICKS);
    return served ? null : AdvertRefusal.ORIGIN_TOO_FAST;
  }

  private @Nullable AdvertRefusal busy() {
    return unchecked.size() >= config.maxUnchecked() ? AdvertRefusal.BUSY : null;
  }

  private boolean isOld(LinkAdvert advert) {
    Long checking = unchecked.get(advert.origin());
    if (checking != null && checking >= advert.sequence()) return true;
    LinkAdvert known = table.find(advert.origin());
    return known != null && known.sequence() >= advert.sequence();
  }

  private void onVerified(Neighbour from, LinkAdvert advert, boolean good) {
    unchecked.remove(advert.origin(), advert.sequence());
    long nowNanos = time.nanoTime();
    if (!good) {
      refuse(from.peer, AdvertRefusal.BAD_SIGNATURE);
      long left = from.adverts.available(nowNanos);
      from.adverts.tryTake(Math.min(left, BAD_SIGNATURE_TOKENS), nowNanos);
      return;
    }
    if (advert.origin().equals(self)) {
      sink.onEcho(advert.sequence());
      return;
    }
    LinkAdvert before = table.find(advert.origin());
    if (before != null && before.sequence() >= advert.sequence()) {
      refuse(from.peer, AdvertRefusal.OLD);
      return;
    }
    accepted++;
    int slot = table.put(advert, tick(nowNanos) + lifetimeTicks(advert));
    if (before == null) table.fillCredit(slot, tick(nowNanos), ORIGIN_BURST);
    if (before == null || table.hops(slot) == AdvertTable.UNKNOWN_HOPS) {
      table.setHops(slot, hopsTo(advert, from.peer));
    }
    sink.onAccepted(from.peer, advert, slot, before);
  }

  /** By the wall clock, but never longer than the advert says: clocks differ. */
  private int lifetimeTicks(LinkAdvert advert) {
    LinkAdvert.Statement said = advert.statement();
    long left = said.issuedEpochMillis() + said.lifetimeMillis() - time.epochMillis();
    return (int) (Math.min(left, said.lifetimeMillis()) / MILLIS_PER_TICK) + 1;
  }

  /** One more than the nearest node that it is linked with, as far as hops are known. */
  private int hopsTo(LinkAdvert advert, PeerId from) {
    if (advert.origin().equals(from)) return 1;
    int nearest = AdvertTable.UNKNOWN_HOPS - 1;
    for (AdvertLink link : advert.statement().links()) {
      int slot = table.slotOf(link.peer());
      if (slot == AdvertTable.NONE) continue;
      if (table.advert(slot).isLinkedWith(advert)) nearest = Math.min(nearest, table.hops(slot));
    }
    return Math.min(AdvertTable.UNKNOWN_HOPS, nearest + 1);
  }

  void refuse(PeerId from, AdvertRefusal why) {
    refused.merge(why, 1L, Long::sum);
    if (why.neighbourAtFault()) port.blame(from, why);
  }
}
