package org.openagi.p2p.overlay.linkstate;

import java.util.HashMap;
import java.util.Map;

/**
 * Costs of the cheapest ways in one {@link LinkGraph}, computed when asked for. Links cost the same in both directions, so that
 * one run of Dijkstra's algorithm from a destination serves all neighbours, and one from a neighbour all destinations: the former
 * for the first destinations, and the latter once there are more of them than neighbours.
 */
final class CostTrees {
  private static final class Tree {
    final int[] micros;
    final byte[] hops;

    Tree(LinkGraph graph, int root) {
      this.hops = new byte[graph.nodes()];
      this.micros = graph.costsFrom(root, hops);
    }
  }

  private final LinkGraph graph;
  private final Map<Integer, Tree> toDestinations = new HashMap<>();
  private final Map<Integer, Tree> fromNeighbours = new HashMap<>();

  CostTrees(LinkGraph graph) {
    this.graph = graph;
  }

  LinkGraph graph() {
    return graph;
  }

  /** How many runs of the algorithm there were. */
  int runs() {
    return toDestinations.size() + fromNeighbours.size();
  }

  /**
   * What it costs to get to a destination from this node's neighbours on, without this node.
   *
   * @param from slots of the neighbours, all of which relay; {@link AdvertTable#NONE} for one that is of no use
   * @param micros filled with the costs, {@link LinkGraph#FAR} where there is no way
   * @param hops filled with the number of links of these ways
   */
  void costs(int[] from, int destination, int[] micros, int[] hops) {
    Tree there = toDestinations.get(destination);
    if (there == null && toDestinations.size() < from.length && !hasAll(from)) {
      there = new Tree(graph, destination);
      toDestinations.put(destination, there);
    }
    for (int i = 0; i < from.length; i++) {
      micros[i] = LinkGraph.FAR;
      if (from[i] == AdvertTable.NONE) continue;
      Tree tree = there != null ? there : treeFrom(from[i]);
      int end = there != null ? from[i] : destination;
      micros[i] = tree.micros[end];
      hops[i] = tree.hops[end] & 0xff;
    }
  }

  private boolean hasAll(int[] neighbours) {
    for (int each : neighbours) {
      if (each != AdvertTable.NONE && !fromNeighbours.containsKey(each)) return false;
    }
    return true;
  }

  private Tree treeFrom(int neighbour) {
    return fromNeighbours.computeIfAbsent(neighbour, slot -> new Tree(graph, slot));
  }
}
