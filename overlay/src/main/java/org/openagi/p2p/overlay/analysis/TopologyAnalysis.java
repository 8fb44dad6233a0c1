package org.openagi.p2p.overlay.analysis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jgrapht.Graph;
import org.jgrapht.GraphPath;
import org.jgrapht.alg.connectivity.BiconnectivityInspector;
import org.jgrapht.alg.connectivity.ConnectivityInspector;
import org.jgrapht.alg.interfaces.ShortestPathAlgorithm.SingleSourcePaths;
import org.jgrapht.alg.shortestpath.DijkstraShortestPath;
import org.jgrapht.graph.SimpleWeightedGraph;
import org.jgrapht.traverse.BreadthFirstIterator;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.analysis.TopologyGraph.Link;

/**
 * Looks at a graph for people. The cost is bounded: the ways from at most {@value #SOURCES_MAX} nodes are looked at, spread evenly
 * over the ids, which are random; and what is critical is only sought in graphs of up to {@value #CRITICAL_NODES_MAX} nodes.
 * Confined to its user.
 */
public final class TopologyAnalysis {
  /** Nodes from which all ways are looked at: in a graph of 10,000 nodes and 30,000 links, about 1 s. */
  public static final int SOURCES_MAX = 128;

  /** The search for what is critical goes as deep as the graph has nodes, on the stack. */
  public static final int CRITICAL_NODES_MAX = 2_000;

  /** Nodes of which the neighbourhood is looked at for the clustering. */
  private static final int CLUSTERING_NODES_MAX = 2_000;

  /** Neighbours of one node that are looked at. */
  private static final int NEIGHBOURS_MAX = 64;

  private final TopologyGraph source;
  private final Map<PeerId, Integer> places = new HashMap<>();
  private final Graph<Integer, Link> graph = new SimpleWeightedGraph<>(Link.class);

  /** Prepares the analysis of a graph. */
  public TopologyAnalysis(TopologyGraph source) {
    this.source = source;
    for (PeerId each : source.nodes()) {
      graph.addVertex(places.size());
      places.put(each, places.size());
    }
    for (Link each : source.links()) {
      graph.addEdge(places.get(each.a()), places.get(each.b()), each);
      graph.setEdgeWeight(each, (double) each.costMicros());
    }
  }

  /** All figures at once. */
  public TopologyReport report() {
    List<Set<Integer>> components =
        new ArrayList<>(new ConnectivityInspector<>(graph).connectedSets());
    components.sort(Comparator.<Set<Integer>>comparingInt(Set::size).reversed());
    int nodes = source.nodes().size();
    int links = source.links().size();
    int maxDegree = 0;
    for (int i = 0; i < nodes; i++) maxDegree = Math.max(maxDegree, graph.degreeOf(i));
    Ways ways = components.isEmpty() ? new Ways() : ways(components.getFirst());
    return new TopologyReport(
        nodes,
        links,
        components.stream().map(Set::size).toList(),
        nodes == 0 ? 0 : 2.0 * links / nodes,
        maxDegree,
        ways.longest,
        ways.count == 0 ? 0 : (double) ways.total / ways.count,
        clustering(),
        nodes > CRITICAL_NODES_MAX ? Optional.empty() : Optional.of(critical()),
        !components.isEmpty() && components.getFirst().size() > SOURCES_MAX);
  }

  private static final class Ways {
    int longest;
    long total;
    long count;
  }

  private Ways ways(Set<Integer> component) {
    Ways ways = new Ways();
    List<Integer> nodes = component.stream().sorted().toList();
    double step = Math.max(1.0, nodes.size() / (double) SOURCES_MAX);
    for (double at = 0; at < nodes.size(); at += step) look(nodes.get((int) at), ways);
    return ways;
  }

  private void look(Integer from, Ways ways) {
    BreadthFirstIterator<Integer, Link> each = new BreadthFirstIterator<>(graph, from);
    while (each.hasNext()) {
      int depth = each.getDepth(each.next());
      if (depth == 0) continue;
      ways.total += depth;
      ways.count++;
      ways.longest = Math.max(ways.longest, depth);
    }
  }

  /** The mean of the nodes' local coefficients, after Watts and Strogatz. */
  private double clustering() {
    double sum = 0;
    int count = 0;
    int nodes = source.nodes().size();
    double step = Math.max(1.0, nodes / (double) CLUSTERING_NODES_MAX);
    for (double at = 0; at < nodes; at += step) {
      List<Integer> around = neighbours((int) at);
      if (around.size() < 2) continue;
      int linked = 0;
      for (int i = 0; i < around.size(); i++) {
        for (int j = 0; j < i; j++) if (graph.containsEdge(around.get(i), around.get(j))) linked++;
      }
      sum += 2.0 * linked / (around.size() * (around.size() - 1.0));
      count++;
    }
    return count == 0 ? 0 : sum / count;
  }

  private List<Integer> neighbours(Integer node) {
    List<Integer> found = new ArrayList<>();
    for (Link each : graph.edgesOf(node)) {
      if (found.size() == NEIGHBOURS_MAX) break;
      Integer source = graph.getEdgeSource(each);
      found.add(source.equals(node) ? graph.getEdgeTarget(each) : source);
    }
    return found;
  }

  private TopologyReport.Critical critical() {
    BiconnectivityInspector<Integer, Link> inspector = new BiconnectivityInspector<>(graph);
    List<Link> bridges = new ArrayList<>(inspector.getBridges());
    bridges.sort(Comparator.comparing(Link::a).thenComparing(Link::b));
    return new TopologyReport.Critical(
        peers(inspector.getCutpoints().stream().sorted().toList()), bridges);
  }

  private List<PeerId> peers(Collection<Integer> at) {
    return at.stream().map(source.nodes()::get).toList();
  }

  /** The nodes of the cheapest way between two nodes, both of them included; empty if there is none. */
  public List<PeerId> route(PeerId from, PeerId to) {
    Integer start = places.get(from);
    Integer end = places.get(to);
    if (start == null || end == null) return List.of();
    GraphPath<Integer, Link> path = DijkstraShortestPath.findPathBetween(graph, start, end);
    return path == null ? List.of() : peers(path.getVertexList());
  }

  /** What the cheapest way from a node to each that it reaches costs, in microseconds. */
  public Map<PeerId, Long> costs(PeerId from) {
    Map<PeerId, Long> costs = new HashMap<>();
    Integer start = places.get(from);
    if (start == null) return costs;
    SingleSourcePaths<Integer, Link> paths = new DijkstraShortestPath<>(graph).getPaths(start);
    for (int i = 0; i < source.nodes().size(); i++) {
      double cost = paths.getWeight(i);
      if (cost < Double.POSITIVE_INFINITY) costs.put(source.nodes().get(i), Math.round(cost));
    }
    return costs;
  }
}
