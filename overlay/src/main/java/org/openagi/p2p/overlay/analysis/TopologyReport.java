package org.openagi.p2p.overlay.analysis;

import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;

/**
 * What can be said about a graph.
 *
 * @param nodes how many
 * @param links how many
 * @param components sizes of the parts that are connected, the largest first; one means that everyone reaches everyone
 * @param averageDegree links of a node
 * @param maxDegree most links of a node
 * @param diameter most links between two nodes of the largest component by the shortest way; at least so many if {@link #sampled}
 * @param averagePathLength links between two nodes of the largest component on average, 0 if it has one node
 * @param clustering how many of the pairs of neighbours of a node are neighbours themselves, averaged over all nodes with two or
 *     more of them: 0 to 1
 * @param critical what must not fail; empty if the graph is too large to tell
 * @param sampled whether diameter and path length were found from a part of the nodes
 */
public record TopologyReport(
    int nodes,
    int links,
    List<Integer> components,
    double averageDegree,
    int maxDegree,
    int diameter,
    double averagePathLength,
    double clustering,
    Optional<Critical> critical,
    boolean sampled) {
  /**
   * Without one of these a component falls apart.
   *
   * @param nodes in the order of their ids
   * @param links in the order of their ends
   */
  public record Critical(List<PeerId> nodes, List<TopologyGraph.Link> links) {
    /** Copies. */
    public Critical {
      nodes = List.copyOf(nodes);
      links = List.copyOf(links);
    }
  }

  /** Copies. */
  public TopologyReport {
    components = List.copyOf(components);
  }
}
