package org.openagi.p2p.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.analysis.TopologyAnalysis;
import org.openagi.p2p.overlay.analysis.TopologyGraph;
import org.openagi.p2p.overlay.analysis.TopologyGraph.Link;
import org.openagi.p2p.overlay.analysis.TopologyReport;
import org.openagi.p2p.overlay.linkstate.AdvertLink;
import org.openagi.p2p.overlay.linkstate.LinkAdvert;
import org.openagi.p2p.overlay.node.OverlayNode;

/**
 * The network as this node knows it from the signed adverts of its nodes. Immutable.
 *
 * @param self this node
 * @param nodes those known, in the order of their ids
 * @param graph who is linked to whom; a link counts if one end tells of it and the other does not deny it
 * @param report what can be said of the graph
 */
public record NetworkTopology(
    PeerId self, List<Node> nodes, TopologyGraph graph, TopologyReport report) {
  /**
   * A node.
   *
   * @param peer who
   * @param name what it is called here
   * @param type what it says to be; empty if only others tell of it
   * @param links how many it has
   * @param costMicros what the cheapest way to it costs, as an expected time in microseconds; 0 for this node itself, empty if
   *     there is no way
   */
  public record Node(
      PeerId peer, String name, Optional<NodeType> type, int links, Optional<Long> costMicros) {}

  /** Copies. */
  public NetworkTopology {
    nodes = List.copyOf(nodes);
  }

  /** What the adverts say, before it is analysed. */
  record Known(PeerId self, Map<PeerId, NodeType> types, TopologyGraph graph) {
    /** Reads the link-state table. On the overlay's thread. */
    static Known of(OverlayNode node) {
      Map<PeerId, LinkAdvert> adverts = new HashMap<>();
      for (LinkAdvert each : node.linkStates().adverts()) adverts.put(each.origin(), each);
      Map<PeerId, NodeType> types = new HashMap<>();
      List<Link> links = new ArrayList<>();
      adverts.forEach((origin, advert) -> {
        types.put(origin, advert.statement().nodeType());
        for (AdvertLink link : advert.statement().links()) {
          boolean isOdd = link.peer().equals(origin) || isDenied(origin, adverts.get(link.peer()));
          if (!isOdd) links.add(Link.between(origin, link.peer(), Math.max(1, link.costMicros())));
        }
      });
      List<PeerId> nodes = new ArrayList<>(adverts.keySet());
      nodes.add(node.self());
      return new Known(node.self(), types, TopologyGraph.of(nodes, links));
    }

    private static boolean isDenied(PeerId claimant, @Nullable LinkAdvert other) {
      return other != null
          && other.statement().links().stream().noneMatch(each -> each.peer().equals(claimant));
    }

    /** Takes from milliseconds to seconds, by the size of the network. */
    NetworkTopology analyse(PeerDirectory directory, Identity identity) {
      TopologyAnalysis analysis = new TopologyAnalysis(graph);
      Map<PeerId, Long> costs = analysis.costs(self);
      Map<PeerId, Integer> degrees = new HashMap<>();
      for (Link each : graph.links()) {
        degrees.merge(each.a(), 1, Integer::sum);
        degrees.merge(each.b(), 1, Integer::sum);
      }
      List<Node> nodes = new ArrayList<>(graph.nodes().size());
      for (PeerId each : graph.nodes()) {
        boolean isSelf = each.equals(self);
        nodes.add(new Node(
            each,
            isSelf ? identity.nodeId() : directory.displayName(each),
            Optional.ofNullable(isSelf ? identity.nodeType() : types.get(each)),
            degrees.getOrDefault(each, 0),
            Optional.ofNullable(costs.get(each))));
      }
      return new NetworkTopology(self, nodes, graph, analysis.report());
    }
  }
}
