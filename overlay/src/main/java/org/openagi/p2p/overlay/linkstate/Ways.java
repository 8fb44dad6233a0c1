package org.openagi.p2p.overlay.linkstate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.Route;
import org.openagi.p2p.overlay.linkstate.NextHops.Candidate;

/**
 * Ways to where somebody asked, computed when asked for.
 *
 * <p>How far a node is from a destination follows from adverts alone, this node's own included, as all others have it: not from
 * what was measured since. Every next hop is nearer in this sense, so that a parcel gets nearer with each hop, whichever of them
 * each node prefers. Which of several that are nearer is the best, own measures decide. Links that are gone are the exception:
 * they are not used, and others are told at once. So are neighbours that say nothing: no way leads over them but as a last
 * resort, so that what they were to carry is not sent to them once more by another one.
 */
final class Ways {
  /** Most neighbours over links that are not advertised on both sides through which ways are sought, the cheapest ones. */
  static final int MAX_UNTOLD = 24;

  /** Most destinations that are remembered as in use. */
  static final int MAX_DESTINATIONS = 512;

  /** How long a destination counts as in use after it was asked for. */
  static final long IN_USE_NANOS = 300_000_000_000L;

  /** Shortest time from one graph to the next one if a way may be lost. */
  static final long URGENT_PAUSE_NANOS = 50_000_000L;

  /** Shortest time if there may only be a better way. */
  static final long PAUSE_NANOS = 500_000_000L;

  /**
   * For each link and direction the pause gets so much longer, many times what making the graph takes: so a storm of adverts costs
   * a node at most a tenth of a core, however large the network is.
   */
  private static final long GRAPH_PAUSE_NANOS = 4_000;

  /** The same for each run of Dijkstra's algorithm, twenty times what it takes. */
  private static final long RUN_PAUSE_NANOS = 800;

  /** After so long without a question what was computed is dropped. */
  private static final long IDLE_NANOS = 60_000_000_000L;

  /**
   * A neighbour.
   *
   * @param slot where its advert is, if ways lead through it; {@link AdvertTable#NONE} if none does
   * @param linkMicros what the link to it costs, as measured here
   * @param toldMicros what it costs by the adverts of both; {@link LinkGraph#FAR} if one of them does not name it
   * @param silent whether it says nothing: then it is no measure of how far this node is from anything
   */
  private record Source(PeerId peer, int slot, int linkMicros, int toldMicros, boolean silent) {}

  private record Used(Route route, long version, long askedNanos) {}

  private final AdvertTable table;
  private final OwnAdvert own;
  private final Predicate<PeerId> avoid;
  private final Map<PeerId, Used> used = new LinkedHashMap<>(16, 0.75f, true);
  private List<Source> sources = List.of();
  private int[] sourceSlots = {};
  private @Nullable List<PeerId> keepers;
  private @Nullable CostTrees trees;
  private boolean neighboursChanged = true;
  private long staleNanos = OverlayMachine.NEVER;
  private long tellNanos = OverlayMachine.NEVER;
  private long version;
  private long computations;
  private long computedNanos;
  private long askedNanos;

  Ways(AdvertTable table, OwnAdvert own, Predicate<PeerId> avoid, long nowNanos) {
    this.table = table;
    this.own = own;
    this.avoid = avoid;
    this.computedNanos = nowNanos - PAUSE_NANOS;
    this.askedNanos = nowNanos;
  }

  /**
   * The graph is another one. A new one is made when somebody asks, after a pause in which more may change.
   *
   * @param urgent whether a way may be lost
   */
  void onChanged(boolean urgent, long nowNanos) {
    CostTrees last = trees;
    long pause = urgent ? URGENT_PAUSE_NANOS : PAUSE_NANOS;
    if (last != null) {
      pause += last.graph().directedLinks() * (GRAPH_PAUSE_NANOS + last.runs() * RUN_PAUSE_NANOS);
    }
    long due = Math.max(nowNanos, computedNanos + pause);
    staleNanos = Math.min(staleNanos, due);
    tellNanos = Math.min(tellNanos, due);
  }

  /** Slots of the table have moved: what was computed is of no use. */
  void onSlotsMoved(long nowNanos) {
    trees = null;
    tellNanos = nowNanos;
  }

  /** Links of this node came, went or are measured or advertised otherwise: costs from where they lead to are still right. */
  void onNeighboursChanged() {
    neighboursChanged = true;
  }

  /** When who uses ways should ask again, or {@link OverlayMachine#NEVER}. */
  long tellNanos() {
    return tellNanos;
  }

  /** Who uses ways is told. */
  void onTold() {
    tellNanos = OverlayMachine.NEVER;
  }

  long computations() {
    return computations;
  }

  /** Destinations that were asked for lately. */
  Collection<PeerId> inUse(long nowNanos) {
    used.values().removeIf(each -> nowNanos - each.askedNanos > IN_USE_NANOS);
    return used.keySet();
  }

  /** Drops what was computed if nobody asked for long. */
  void onIdle(long nowNanos) {
    if (nowNanos - askedNanos < IDLE_NANOS || trees == null) return;
    sources = List.of();
    keepers = null;
    trees = null;
    table.forgetLinked();
  }

  Route route(PeerId destination, Collection<Neighbour> neighbours, long nowNanos) {
    int slot = table.slotOf(destination);
    refresh(neighbours, slot, nowNanos);
    Used last = used.get(destination);
    if (last != null && last.version == version) {
      used.put(destination, new Used(last.route, version, nowNanos));
      return last.route;
    }
    Route before = last == null ? Route.NONE : last.route;
    Route route = NextHops.of(candidates(destination, slot), avoid, before);
    used.put(destination, new Used(route, version, nowNanos));
    if (used.size() > MAX_DESTINATIONS) used.remove(used.keySet().iterator().next());
    return route;
  }

  private List<Candidate> candidates(PeerId destination, int slot) {
    int count = sources.size();
    int[] behind = new int[count];
    int[] hops = new int[count];
    CostTrees costs = trees;
    boolean known =
        costs != null && slot != AdvertTable.NONE && slot < costs.graph().nodes();
    if (costs != null && known) costs.costs(sourceSlots, slot, behind, hops);
    long mine = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      Source each = sources.get(i);
      if (each.peer.equals(destination)) {
        behind[i] = 0;
        hops[i] = 0;
      } else if (!known) {
        behind[i] = LinkGraph.FAR;
      }
      if (behind[i] == LinkGraph.FAR || each.toldMicros == LinkGraph.FAR || each.silent) continue;
      mine = Math.min(mine, (long) each.toldMicros + behind[i]);
    }
    List<Candidate> candidates = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      if (behind[i] == LinkGraph.FAR) continue;
      Source each = sources.get(i);
      long micros = (long) each.linkMicros + behind[i];
      candidates.add(new Candidate(each.peer, micros, behind[i] < mine, 1 + hops[i]));
    }
    return candidates;
  }

  /** Nodes that keep mail and to which there is a way. */
  List<PeerId> keepers(Collection<Neighbour> neighbours, long nowNanos) {
    refresh(neighbours, AdvertTable.NONE, nowNanos);
    List<PeerId> known = keepers;
    if (known == null) {
      known = List.copyOf(reachedKeepers());
      keepers = known;
    }
    return known;
  }

  private List<PeerId> reachedKeepers() {
    CostTrees costs = trees;
    List<PeerId> found = new ArrayList<>();
    if (costs == null) return found;
    boolean[] reached = costs.graph().reachedFrom(sourceSlots);
    for (Source each : sources) {
      int slot = table.slotOf(each.peer);
      if (slot != AdvertTable.NONE && slot < reached.length) reached[slot] = true;
    }
    for (int slot = 0; slot < reached.length; slot++) {
      LinkAdvert advert = table.advert(slot);
      if (reached[slot] && advert.statement().keepsMail()) found.add(advert.origin());
    }
    return found;
  }

  /** Makes a new graph if the last one is out of date, or does not have a slot that was filled since. */
  private void refresh(Collection<Neighbour> neighbours, int slot, long nowNanos) {
    askedNanos = nowNanos;
    CostTrees current = trees;
    boolean lacking = current != null
        && slot != AdvertTable.NONE
        && slot >= current.graph().nodes()
        && nowNanos - computedNanos >= URGENT_PAUSE_NANOS;
    if (current == null || nowNanos >= staleNanos || lacking) {
      current = new CostTrees(LinkGraph.of(table, silent(neighbours)));
      trees = current;
      staleNanos = OverlayMachine.NEVER;
      computedNanos = nowNanos;
      computations++;
    } else if (!neighboursChanged) {
      return;
    }
    neighboursChanged = false;
    version++;
    keepers = null;
    sources = sources(neighbours, current.graph());
    sourceSlots = sources.stream().mapToInt(Source::slot).toArray();
  }

  private static Set<PeerId> silent(Collection<Neighbour> neighbours) {
    Set<PeerId> silent = new HashSet<>();
    for (Neighbour each : neighbours) if (each.silent) silent.add(each.peer);
    return silent;
  }

  private List<Source> sources(Collection<Neighbour> neighbours, LinkGraph graph) {
    List<Neighbour> cheapestFirst = new ArrayList<>(neighbours);
    cheapestFirst.sort(Comparator.comparingInt(each -> each.measured.costMicros()));
    List<Source> found = new ArrayList<>(cheapestFirst.size());
    int untold = 0;
    for (Neighbour each : cheapestFirst) {
      int slot = table.slotOf(each.peer);
      int told = slot == AdvertTable.NONE ? LinkGraph.FAR : toldMicros(each, table.advert(slot));
      boolean relays = slot != AdvertTable.NONE
          && slot < graph.nodes()
          && !each.light
          && (each.silent ? table.advert(slot).statement().relays() : graph.relays(slot))
          && (told != LinkGraph.FAR || untold++ < MAX_UNTOLD);
      found.add(new Source(
          each.peer,
          relays ? slot : AdvertTable.NONE,
          each.measured.costMicros(),
          told,
          each.silent));
    }
    return found;
  }

  /** What all others take the link to cost: the worse of what both ends say. */
  private int toldMicros(Neighbour neighbour, LinkAdvert theirs) {
    AdvertLink told = neighbour.advertised;
    LinkAdvert mine = own.advert();
    int back = told == null || mine == null ? -1 : theirs.indexOfLinkTo(mine);
    if (told == null || back < 0) return LinkGraph.FAR;
    return Math.max(told.costMicros(), theirs.linkMicros()[back]);
  }

  int destinations() {
    return used.size();
  }
}
