package org.openagi.p2p.api.view;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.network.NetworkTopology;
import org.openagi.p2p.overlay.analysis.TopologyGraph.Link;
import org.openagi.p2p.overlay.analysis.TopologyReport;

/** The network's shape as JSON. */
public final class TopologyJson {
  private final NetworkTopology topology;
  private final Set<PeerId> criticalNodes = new HashSet<>();
  private final Set<Link> criticalLinks = new HashSet<>();

  /** Of one moment. */
  public TopologyJson(NetworkTopology topology) {
    this.topology = topology;
    topology.report().critical().ifPresent(critical -> {
      criticalNodes.addAll(critical.nodes());
      criticalLinks.addAll(critical.links());
    });
  }

  /** All in one object. */
  public JsonObject whole() {
    return report().put("nodeList", nodes()).put("linkList", links());
  }

  /** One object for each node. */
  public List<JsonObject> nodes() {
    List<JsonObject> all = new ArrayList<>();
    for (NetworkTopology.Node each : topology.nodes()) {
      @Nullable
      String type = each.type().map(t -> t.name().toLowerCase(Locale.ROOT)).orElse(null);
      JsonObject node = new JsonObject()
          .put("peerId", each.peer().toString())
          .put("name", each.name())
          .put("type", type)
          .put("self", each.peer().equals(topology.self()))
          .put("links", each.links())
          .put("critical", criticalNodes.contains(each.peer()));
      Optional<Long> cost = each.costMicros();
      all.add(cost.isPresent() ? node.put("costMicros", cost.get()) : node);
    }
    return all;
  }

  /** One object for each link. */
  public List<JsonObject> links() {
    return topology.graph().links().stream().map(this::link).toList();
  }

  private JsonObject link(Link each) {
    return new JsonObject()
        .put("a", each.a().toString())
        .put("b", each.b().toString())
        .put("costMicros", each.costMicros())
        .put("critical", criticalLinks.contains(each));
  }

  /** What can be said of the graph. */
  public JsonObject report() {
    TopologyReport report = topology.report();
    return new JsonObject()
        .put("nodes", report.nodes())
        .put("links", report.links())
        .put("components", report.components())
        .put("averageDegree", report.averageDegree())
        .put("maxDegree", report.maxDegree())
        .put("diameter", report.diameter())
        .put("averagePathLength", report.averagePathLength())
        .put("clustering", report.clustering())
        .put("criticalKnown", report.critical().isPresent())
        .put("criticalNodes", criticalNodes.size())
        .put("criticalLinks", criticalLinks.size())
        .put("sampled", report.sampled());
  }
}
