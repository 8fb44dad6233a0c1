package org.openagi.p2p.overlay.linkstate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Listing;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.News;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Wish;

/**
 * Spreads adverts that can wait: neighbours are told what is new, several adverts at a time, and ask one of those who told them
 * for what they lack. So an advert comes to each node once, however many links it has; what gets lost the {@link Reconciler}
 * finds.
 */
final class Rumours {
  /** How long an urgent advert waits, which some neighbours get without having asked. */
  static final long URGENT_DELAY_NANOS = 100_000_000L;

  /** How long an advert that says something new waits for others. */
  static final long NEWS_DELAY_NANOS = 500_000_000L;

  /** How long one that says nothing new waits. */
  static final long REFRESH_DELAY_NANOS = 10_000_000_000L;

  /** After so long without it an advert is asked of another neighbour that tells of it. */
  static final long ANSWER_NANOS = 3_000_000_000L;

  private final AdvertTable table;
  private final OwnAdvert own;
  private final LinkStatePort port;
  private final Collection<Neighbour> neighbours;
  private final Consumer<LinkStateDrop> drops;
  private long dueNanos = OverlayMachine.NEVER;

  Rumours(
      AdvertTable table,
      OwnAdvert own,
      LinkStatePort port,
      Collection<Neighbour> neighbours,
      Consumer<LinkStateDrop> drops) {
    this.table = table;
    this.own = own;
    this.port = port;
    this.neighbours = neighbours;
    this.drops = drops;
  }

  long nextDeadlineNanos() {
    return dueNanos;
  }

  /**
   * Notes that all neighbours should hear of an advert within a time.
   *
   * @param informed who have it
   */
  void spread(LinkAdvert advert, Set<PeerId> informed, long delayNanos, long nowNanos) {
    long origin = advert.originHash();
    for (Neighbour each : neighbours) {
      if (informed.contains(each.peer) || each.peer.equals(advert.origin())) continue;
      if (each.untold.size() >= LinkStateFrame.MAX_ENTRIES && !each.untold.contains(origin)) {
        drops.accept(LinkStateDrop.TOO_MUCH_UNTOLD);
        continue;
      }
      each.untold.add(origin);
      dueNanos = Math.min(dueNanos, nowNanos + delayNanos);
    }
  }

  /** Tells each neighbour what it has not heard of. */
  void onTimer(long nowNanos) {
    if (nowNanos < dueNanos) return;
    dueNanos = OverlayMachine.NEVER;
    for (Neighbour each : neighbours) {
      if (each.untold.isEmpty()) continue;
      List<Listing.Entry> entries = new ArrayList<>(each.untold.size());
      for (long origin : each.untold) addEntry(origin, entries);
      each.untold.clear();
      if (!entries.isEmpty()) port.send(each.peer, new News(entries));
    }
  }

  private void addEntry(long origin, List<Listing.Entry> entries) {
    LinkAdvert mine = own.advert();
    if (mine != null && mine.originHash() == origin) {
      entries.add(new Listing.Entry(origin, mine.sequence(), 0));
      return;
    }
    int slot = table.slotOfHash(origin);
    if (slot == AdvertTable.NONE) return;
    entries.add(new Listing.Entry(origin, table.advert(slot).sequence(), table.hops(slot)));
  }

  /** A neighbour told what is new to it: what is new here, too, and not asked for, is asked of it. */
  void onNews(Neighbour from, News news, int horizon, long nowNanos) {
    if (!from.news.tryTake(1, nowNanos)) {
      drops.accept(LinkStateDrop.NEWS_TOO_OFTEN);
      return;
    }
    List<Long> wished = new ArrayList<>();
    for (Listing.Entry each : news.entries()) {
      if (!Reconciler.isWanted(each, horizon, table, own)) {
        if (!isNewerHere(each)) from.untold.remove(each.origin());
      } else if (!isAsked(each, nowNanos) && ask(from, each, nowNanos)) {
        wished.add(each.origin());
      }
    }
    if (!wished.isEmpty()) port.send(from.peer, new Wish(wished));
  }

  private boolean isNewerHere(Listing.Entry entry) {
    LinkAdvert mine = own.advert();
    if (mine != null && mine.originHash() == entry.origin()) {
      return mine.sequence() > entry.sequence();
    }
    int slot = table.slotOfHash(entry.origin());
    return slot != AdvertTable.NONE && table.advert(slot).sequence() > entry.sequence();
  }

  private boolean isAsked(Listing.Entry entry, long nowNanos) {
    for (Neighbour each : neighbours) {
      Neighbour.Asked asked = each.asked.get(entry.origin());
      if (asked != null
          && asked.sequence() >= entry.sequence()
          && nowNanos - asked.nanos() < ANSWER_NANOS) {
        return true;
      }
    }
    return false;
  }

  private boolean ask(Neighbour from, Listing.Entry entry, long nowNanos) {
    if (from.asked.size() >= LinkStateFrame.MAX_ENTRIES) forgetOld(from.asked, nowNanos);
    if (from.asked.size() >= LinkStateFrame.MAX_ENTRIES) {
      drops.accept(LinkStateDrop.TOO_MUCH_ASKED);
      return false;
    }
    from.asked.put(entry.origin(), new Neighbour.Asked(entry.sequence(), nowNanos));
    return true;
  }

  private static void forgetOld(Map<Long, Neighbour.Asked> asked, long nowNanos) {
    Iterator<Neighbour.Asked> all = asked.values().iterator();
    while (all.hasNext()) if (nowNanos - all.next().nanos() >= ANSWER_NANOS) all.remove();
  }
}
