package org.openagi.p2p.overlay.linkstate;

import java.util.Arrays;

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

  /** A link counts if both ends say so, and costs what the more pessimistic one says. */
  static LinkGraph of(AdvertTable table) {
    int nodes = table.size();
    boolean[] relays = new boolean[nodes];
    int[] degree = new int[nodes + 1];
    Pairs pairs = new Pairs();
    for (int slot = 0; slot < nodes; slot++) {
      LinkAdvert advert = table.advert(slot);
      relays[slot] = advert.statement().relays();
      long[] hashes = advert.linkHashes();
      for (int i = 0; i < hashes.length; i++) {
        int other = table.slotOf(advert.statement().links().get(i).peer(), hashes[i]);
        if (other <= slot) continue; // unknown, or seen from the other end
        LinkAdvert there = table.advert(other);
        int back = there.indexOfLinkTo(advert);
        if (back < 0) continue;
        pairs.add(slot, other, Math.max(advert.linkMicros()[i], there.linkMicros()[back]));
        degree[slot]++;
        degree[other]++;
      }
    }
    return ofPairs(nodes, pairs, degree, relays);
  }

  private static LinkGraph ofPairs(int nodes, Pairs pairs, int[] degree, boolean[] relays) {
    int[] first = new int[nodes + 1];
    for (int slot = 0; slot < nodes; slot++) first[slot + 1] = first[slot] + degree[slot];
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
    private int[] a = new int[64];
    private int[] b = new int[64];
    private int[] cost = new int[64];
    private int size;

    void add(int from, int to, int micros) {
      if (size == a.length) {
        a = Arrays.copyOf(a, 2 * size);
        b = Arrays.copyOf(b, 2 * size);
        cost = Arrays.copyOf(cost, 2 * size);
      }
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
