package org.openagi.p2p.node.control;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.network.NetworkTopology;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.overlay.analysis.TopologyGraph.Link;
import org.openagi.p2p.overlay.analysis.TopologyReport;

/** Tells of the network's shape: the answer to {@code topology}. */
public final class TopologyService implements ControlService {
  private static final long ANALYSIS_SECONDS_MAX = 60;

  private final P2PNetworkManager manager;

  /** Of a node that runs. */
  public TopologyService(P2PNetworkManager manager) {
    this.manager = manager;
  }

  @Override
  public void serve(ControlRequest request, Consumer<JsonObject> reply) throws Exception {
    tell(manager.topology().get(ANALYSIS_SECONDS_MAX, TimeUnit.SECONDS), reply);
  }

  /** One object for each node, then one for each link, then one for all. */
  public static void tell(NetworkTopology topology, Consumer<JsonObject> reply) {
    TopologyReport report = topology.report();
    Set<PeerId> criticalNodes = new HashSet<>();
    Set<Link> criticalLinks = new HashSet<>();
    report.critical().ifPresent(critical -> {
      criticalNodes.addAll(critical.nodes());
      criticalLinks.addAll(critical.links());
    });
    for (NetworkTopology.Node each : topology.nodes()) {
      @Nullable
      String type = each.type().map(t -> t.name().toLowerCase(Locale.ROOT)).orElse(null);
      JsonObject node = new JsonObject()
          .put("event", "node")
          .put("peerId", each.peer().toString())
          .put("name", each.name())
          .put("type", type)
          .put("self", each.peer().equals(topology.self()))
          .put("links", each.links())
          .put("critical", criticalNodes.contains(each.peer()));
      Optional<Long> cost = each.costMicros();
      reply.accept(cost.isPresent() ? node.put("costMicros", cost.get()) : node);
    }
    for (Link each : topology.graph().links()) {
      reply.accept(new JsonObject()
          .put("event", "link")
          .put("a", each.a().toString())
          .put("b", each.b().toString())
          .put("costMicros", each.costMicros())
          .put("critical", criticalLinks.contains(each)));
    }
    reply.accept(new JsonObject()
        .put("event", "topology")
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
        .put("sampled", report.sampled()));
  }
}
