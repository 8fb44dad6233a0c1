package org.openagi.p2p.overlay.linkstate;

import java.util.Arrays;
import java.util.Set;
import org.openagi.p2p.core.identity.PeerId;

/**
 * The links that both ends advertise, as flat arrays over the slots of an {@link AdvertTable}: made for a computation and
 * dropped after it. This node itself is not in it.
 */
final class LinkGraph {
  /** No way. */
  static final int FAR = Integer.MAX_VALUE;

  private final int nodes;
  private final int[] first; // of a node's edges; the end is that of the next
  private final int[] target;
  private final int[] cost;
  private final boolean[] relays;

  private LinkGraph(int nodes, int[] first, int[] target, int[] cost, boolean[] relays) {
    this.nodes = nodes;
    this.first = first;
    this.target = target;
    this.cost = cost;
    this.relays = relays;
  }

  /** The same with everyone who says that it relays. */
  static LinkGraph of(AdvertTable table) {
    return of(table, Set.of());
  }

  /**
   * A link counts if both ends say so, and costs what the more pessimistic one says. Takes a time linear in the links.
   *
   * @param silent neighbours that no way leads over, whatever they say
   */
  static LinkGraph of(AdvertTable table, Set<PeerId> silent) {
    int nodes = table.size();
    boolean[] relays = new boolean[nodes];
    Said said = new Said(table);
    for (int slot = 0; slot < nodes; slot++)
      relays[slot] = table.advert(slot).statement().relays();
    for (PeerId each : silent) {
      int slot = table.slotOf(each);
      if (slot != AdvertTable.NONE) relays[slot] = false;
    }
    return ofPairs(nodes, said.pairs(), relays);
  }

  /** What each node says of its links to others that are known, in the order of the nodes' slots. */
  private static final class Said {
    private final int nodes;
    private final int[] first;
    private final int[] other;
    private final int[] micros;

    Said(AdvertTable table) {
      nodes = table.size();
      first = new int[nodes + 1];
      int most = 0;
      for (int slot = 0; slot < nodes; slot++) most += table.linkedSlots(slot).length;
      other = new int[most];
      micros = new int[most];
      for (int slot = 0; slot < nodes; slot++) first[slot + 1] = add(table, slot, first[slot]);
    }

    private int add(AdvertTable table, int slot, int from) {
      int[] slots = table.linkedSlots(slot);
      int[] costs = table.advert(slot).linkMicros();
      int at = from;
      for (int i = 0; i < slots.length; i++) {
        if (slots[i] == AdvertTable.NONE || slots[i] == slot) continue;
        other[at] = slots[i];
        micros[at++] = costs[i];
      }
      return at;
    }

    /** What is said of links to nodes in lower slots, by these. */
    private Said fromAbove() {
      int[] count = new int[nodes + 1];
      for (int slot = 0; slot < nodes; slot++) {
        for (int i = first[slot]; i < first[slot + 1]; i++)
          if (other[i] < slot) count[other[i] + 1]++;
      }
      for (int slot = 0; slot < nodes; slot++) count[slot + 1] += count[slot];
      Said turned = new Said(nodes, count, new int[count[nodes]], new int[count[nodes]]);
      int[] next = Arrays.copyOf(count, nodes);
      for (int slot = 0; slot < nodes; slot++) {
        for (int i = first[slot]; i < first[slot + 1]; i++) {
          if (other[i] >= slot) continue;
          int at = next[other[i]]++;
          turned.other[at] = slot;
          turned.micros[at] = micros[i];
        }
      }
      return turned;
    }

    private Said(int nodes, int[] first, int[] other, int[] micros) {
      this.nodes = nodes;
      this.first = first;
      this.other = other;
      this.micros = micros;
    }

    Pairs pairs() {
      Said above = fromAbove();
      Pairs pairs = new Pairs(above.other.length);
      int[] here = new int[nodes]; // of the slot looked at: where it names another, plus one
      for (int slot = 0; slot < nodes; slot++) {
        for (int i = first[slot]; i < first[slot + 1]; i++) here[other[i]] = i + 1;
        for (int i = above.first[slot]; i < above.first[slot + 1]; i++) {
          int there = above.other[i];
          int mine = here[there] - 1;
          if (mine >= 0) pairs.add(slot, there, Math.max(micros[mine], above.micros[i]));
        }
        for (int i = first[slot]; i < first[slot + 1]; i++) here[other[i]] = 0;
      }
      return pairs;
    }
  }

  private static LinkGraph ofPairs(int nodes, Pairs pairs, boolean[] relays) {
    int[] first = new int[nodes + 1];
    for (int i = 0; i < pairs.size; i++) {
      first[pairs.a[i] + 1]++;
      first[pairs.b[i] + 1]++;
    }
    for (int slot = 0; slot < nodes; slot++) first[slot + 1] += first[slot];
    int[] next = Arrays.copyOf(first, nodes);
    int[] target = new int[2 * pairs.size];
    int[] cost = new int[2 * pairs.size];
    for (int i = 0; i < pairs.size; i++) {
      int a = pairs.a[i];
      int b = pairs.b[i];
      target[next[a]] = b;
      cost[next[a]++] = pairs.cost[i];
      target[next[b]] = a;
      cost[next[b]++] = pairs.cost[i];
    }
    return new LinkGraph(nodes, first, target, cost, relays);
  }

  private static final class Pairs {
    private final int[] a;
    private final int[] b;
    private final int[] cost;
    private int size;

    Pairs(int most) {
      a = new int[most];
      b = new int[most];
      cost = new int[most];
    }

    void add(int from, int to, int micros) {
      a[size] = from;
      b[size] = to;
      cost[size++] = micros;
    }
  }

  int nodes() {
    return nodes;
  }

  /** Links, each counted in both directions. */
  int directedLinks() {
    return target.length;
  }

  boolean relays(int slot) {
    return relays[slot];
  }

  /**
   * Costs and hops of the cheapest ways from a node to all, over nodes that relay. Dijkstra's algorithm on a binary heap of
   * {@code cost << 32 | slot}, with entries that were overtaken left in it.
   *
   * @param hops filled with the number of links of these ways
   * @return costs; {@link #FAR} where there is no way
   */
  int[] costsFrom(int source, byte[] hops) {
    int[] costs = new int[nodes];
    Arrays.fill(costs, FAR);
    LongHeap heap = new LongHeap(nodes + 16);
    costs[source] = 0;
    hops[source] = 0;
    heap.add(source);
    while (!heap.isEmpty()) {
      long head = heap.removeLeast();
      int slot = (int) head;
      int reached = (int) (head >>> 32);
      if (reached > costs[slot] || (slot != source && !relays[slot])) continue;
      for (int edge = first[slot]; edge < first[slot + 1]; edge++) {
        int to = target[edge];
        long there = (long) reached + cost[edge];
        if (there >= costs[to]) continue;
        costs[to] = (int) there;
        hops[to] = (byte) Math.min(254, (hops[slot] & 0xff) + 1);
        heap.add(there << 32 | to);
      }
    }
    return costs;
  }

  /** Which nodes there is a way to from some that relay; {@link AdvertTable#NONE} among these is left out. */
  boolean[] reachedFrom(int[] sources) {
    boolean[] reached = new boolean[nodes];
    int[] queue = new int[nodes];
    int tail = 0;
    for (int source : sources) {
      if (source == AdvertTable.NONE || reached[source]) continue;
      reached[source] = true;
      queue[tail++] = source;
    }
    for (int head = 0; head < tail; head++) {
      int slot = queue[head];
      if (!relays[slot]) continue;
      for (int edge = first[slot]; edge < first[slot + 1]; edge++) {
        int to = target[edge];
        if (reached[to]) continue;
        reached[to] = true;
        queue[tail++] = to;
      }
    }
    return reached;
  }

  /** Least number of links from any of the given nodes, which have 1, to all; {@link AdvertTable#UNKNOWN_HOPS} if none. */
  int[] hopsFrom(int[] sources) {
    int[] hops = new int[nodes];
    Arrays.fill(hops, AdvertTable.UNKNOWN_HOPS);
    int[] queue = new int[nodes];
    int tail = 0;
    for (int source : sources) {
      if (hops[source] == 1) continue;
      hops[source] = 1;
      queue[tail++] = source;
    }
    for (int head = 0; head < tail; head++) {
      int slot = queue[head];
      for (int edge = first[slot]; edge < first[slot + 1]; edge++) {
        int to = target[edge];
        if (hops[to] != AdvertTable.UNKNOWN_HOPS) continue;
        hops[to] = Math.min(AdvertTable.UNKNOWN_HOPS - 1, hops[slot] + 1);
        queue[tail++] = to;
      }
    }
    return hops;
  }
}
