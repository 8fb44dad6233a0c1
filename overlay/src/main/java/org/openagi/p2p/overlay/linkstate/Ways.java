package org.openagi.p2p.overlay.linkstate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.NextHop;
import org.openagi.p2p.overlay.Route;

/**
 * Ways to where somebody asked, computed when asked for. From each neighbour the costs to all nodes are computed once per
 * change of the graph; what a destination's next hops are follows from these.
 */
final class Ways {
  /** Most neighbours over which ways are sought, the cheapest ones. */
  static final int MAX_SOURCES = 24;

  /** Most destinations that are remembered as in use. */
  static final int MAX_DESTINATIONS = 512;

  /** How long a destination counts as in use after it was asked for. */
  static final long IN_USE_NANOS = 300_000_000_000L;

  /**
   * Shortest time between two computations, a lost link of this node apart: a storm of adverts costs a node at most a few
   * per cent of a core.
   */
  static final long PAUSE_NANOS = 50_000_000L;

  /** After so long without a question the costs are dropped. */
  private static final long IDLE_NANOS = 60_000_000_000L;

  /** A next hop shares the load if it costs at most a quarter and a millisecond more than the best … */
  private static final long ENTER_QUARTERS = 5;

  private static final long ENTER_MICROS = 1_000;

  /** … and stops when it costs half and two milliseconds more, so that shares do not flap. */
  private static final long LEAVE_QUARTERS = 6;

  private static final long LEAVE_MICROS = 2_000;

  private static final int FULL_SHARE = 1000;
  private static final int[] NO_COSTS = {};
  private static final byte[] NO_HOPS = {};

  /** A neighbour and what it costs from there. */
  private static final class Source {
    final PeerId peer;
    final int linkMicros;
    final boolean relays;
    final int[] micros;
    final byte[] hops;

    Source(PeerId peer, int linkMicros, boolean relays, int[] micros, byte[] hops) {
      this.peer = peer;
      this.linkMicros = linkMicros;
      this.relays = relays;
      this.micros = micros;
      this.hops = hops;
    }
  }

  private record Candidate(PeerId peer, long micros, long behindMicros, int hops) {}

  private record Used(Route route, long version, long askedNanos) {}

  private final AdvertTable table;
  private final Predicate<PeerId> avoid;
  private final Map<PeerId, Used> used = new LinkedHashMap<>(16, 0.75f, true);
  private List<Source> sources = List.of();
  private @Nullable List<PeerId> keepers;
  private boolean changed = true;
  private boolean urgent;
  private long version;
  private long computations;
  private long computedNanos;
  private long askedNanos;

  Ways(AdvertTable table, Predicate<PeerId> avoid, long nowNanos) {
    this.table = table;
    this.avoid = avoid;
    this.computedNanos = nowNanos - PAUSE_NANOS;
    this.askedNanos = nowNanos;
  }

  /** The graph changed; slots may have moved if {@code now} is set, so that old costs are of no use. */
  void onChanged(boolean now) {
    changed = true;
    urgent |= now;
  }

  long computations() {
    return computations;
  }

  /** Destinations that were asked for lately. */
  Collection<PeerId> inUse(long nowNanos) {
    used.values().removeIf(each -> nowNanos - each.askedNanos > IN_USE_NANOS);
    return used.keySet();
  }

  /** Drops the costs if nobody asked for long. */
  void onIdle(long nowNanos) {
    if (nowNanos - askedNanos < IDLE_NANOS || sources.isEmpty()) return;
    sources = List.of();
    keepers = null;
    onChanged(true);
  }

  Route route(PeerId destination, Collection<Neighbour> neighbours, long nowNanos) {
    refresh(neighbours, nowNanos);
    Used last = used.get(destination);
    if (last != null && last.version == version) {
      used.put(destination, new Used(last.route, version, nowNanos));
      return last.route;
    }
    Route route = find(destination, last == null ? Route.NONE : last.route);
    used.put(destination, new Used(route, version, nowNanos));
    if (used.size() > MAX_DESTINATIONS) used.remove(used.keySet().iterator().next());
    return route;
  }

  /** Nodes that keep mail and to which there is a way. */
  List<PeerId> keepers(Collection<Neighbour> neighbours, long nowNanos) {
    refresh(neighbours, nowNanos);
    List<PeerId> known = keepers;
    if (known == null) {
      known = new ArrayList<>();
      for (int slot = 0; slot < table.size(); slot++) {
        LinkAdvert advert = table.advert(slot);
        if (advert.statement().keepsMail() && isReached(advert.origin(), slot)) {
          known.add(advert.origin());
        }
      }
      keepers = List.copyOf(known);
    }
    return known;
  }

  private boolean isReached(PeerId node, int slot) {
    for (Source each : sources) {
      if (each.peer.equals(node)) return true;
      if (each.relays && slot < each.micros.length && each.micros[slot] != LinkGraph.FAR) {
        return true;
      }
    }
    return false;
  }

  private void refresh(Collection<Neighbour> neighbours, long nowNanos) {
    askedNanos = nowNanos;
    if (!changed || (!urgent && nowNanos - computedNanos < PAUSE_NANOS)) return;
    changed = false;
    urgent = false;
    computedNanos = nowNanos;
    computations++;
    version++;
    keepers = null;
    LinkGraph graph = LinkGraph.of(table);
    List<Source> found = new ArrayList<>(neighbours.size());
    int searched = 0;
    for (Neighbour each : nearest(neighbours)) {
      Source source = source(each, graph, searched < MAX_SOURCES);
      if (source.relays) searched++;
      found.add(source);
    }
    sources = found;
  }

  private static List<Neighbour> nearest(Collection<Neighbour> neighbours) {
    List<Neighbour> all = new ArrayList<>(neighbours);
    all.sort(Comparator.comparingInt(each -> each.measured.costMicros()));
    return all;
  }

  private Source source(Neighbour neighbour, LinkGraph graph, boolean search) {
    int slot = table.slotOf(neighbour.peer);
    int link = neighbour.measured.costMicros();
    boolean relays = slot != AdvertTable.NONE && !neighbour.light && graph.relays(slot);
    if (!relays || !search) {
      return new Source(neighbour.peer, link, false, NO_COSTS, NO_HOPS);
    }
    byte[] hops = new byte[graph.nodes()];
    return new Source(neighbour.peer, link, true, graph.costsFrom(slot, hops), hops);
  }

  private Route find(PeerId destination, Route last) {
    List<Candidate> candidates = candidates(destination);
    if (candidates.isEmpty()) return Route.NONE;
    candidates.sort(Comparator.comparingLong(Candidate::micros));
    long mine = candidates.getFirst().micros;
    boolean onlyAvoided = candidates.stream().allMatch(each -> avoid.test(each.peer));
    if (!onlyAvoided) candidates.removeIf(each -> avoid.test(each.peer));
    return new Route(shared(candidates, mine, last), candidates.getFirst().hops);
  }

  private List<Candidate> candidates(PeerId destination) {
    int slot = table.slotOf(destination);
    List<Candidate> candidates = new ArrayList<>();
    for (Source each : sources) {
      if (each.peer.equals(destination)) {
        candidates.add(new Candidate(each.peer, each.linkMicros, 0, 1));
      } else if (slot != AdvertTable.NONE && each.relays && slot < each.micros.length) {
        long behind = each.micros[slot];
        if (behind == LinkGraph.FAR) continue;
        candidates.add(new Candidate(
            each.peer, each.linkMicros + behind, behind, 1 + (each.hops[slot] & 0xff)));
      }
    }
    return candidates;
  }

  /** Shares in inverse proportion to the costs among those that are near the best. */
  private static List<NextHop> shared(List<Candidate> candidates, long mine, Route last) {
    long best = candidates.getFirst().micros;
    long enter = best * ENTER_QUARTERS / 4 + ENTER_MICROS;
    long leave = best * LEAVE_QUARTERS / 4 + LEAVE_MICROS;
    boolean[] shares = new boolean[candidates.size()];
    double weights = 0;
    for (int i = 0; i < shares.length; i++) {
      Candidate each = candidates.get(i);
      shares[i] = each.behindMicros < mine
          && (each.micros <= enter || (each.micros <= leave && hadShare(last, each.peer)));
      if (shares[i]) weights += 1.0 / each.micros;
    }
    List<NextHop> nextHops = new ArrayList<>(shares.length);
    List<NextHop> others = new ArrayList<>();
    List<NextHop> around = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      Candidate each = candidates.get(i);
      long share = shares[i] ? Math.max(1, Math.round(FULL_SHARE / (each.micros * weights))) : 0;
      boolean nearer = each.behindMicros < mine;
      NextHop hop = new NextHop(each.peer, each.micros, (int) share, nearer);
      (shares[i] ? nextHops : nearer ? others : around).add(hop);
    }
    nextHops.addAll(others);
    nextHops.addAll(around);
    return nextHops;
  }

  private static boolean hadShare(Route last, PeerId peer) {
    for (NextHop each : last.nextHops()) {
      if (each.peer().equals(peer)) return each.sharePermille() > 0;
    }
    return false;
  }
}
