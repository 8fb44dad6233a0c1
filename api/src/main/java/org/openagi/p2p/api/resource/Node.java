package org.openagi.p2p.api.resource;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.api.ApiStats;
import org.openagi.p2p.api.http.Exchange;
import org.openagi.p2p.api.http.Routes;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.api.view.RecordJson;
import org.openagi.p2p.api.view.TopologyJson;
import org.openagi.p2p.network.NetworkStats;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.config.ConfigKey;
import org.openagi.p2p.network.config.ConfigKeys;

/** {@code /api/v1/status}, {@code /identity}, {@code /config}, {@code /stats} and {@code /topology}. */
public final class Node {
  private static final long ANALYSIS_SECONDS_MAX = 60;

  /** Figures of the API itself. */
  public interface OwnFigures {
    ApiStats stats();
  }

  private final P2PNetworkManager node;
  private final String version;
  private final OwnFigures figures;

  /** Of a node. */
  public Node(P2PNetworkManager node, String version, OwnFigures figures) {
    this.node = node;
    this.version = version;
    this.figures = figures;
  }

  /** Adds the paths. */
  public void addTo(Routes routes) {
    routes
        .get("/api/v1/status", exchange -> exchange.answer(status()))
        .get("/api/v1/identity", exchange -> exchange.answer(identity()))
        .get("/api/v1/config", this::config)
        .get("/api/v1/stats", exchange -> exchange.answer(stats()))
        .get("/api/v1/topology", this::topology);
  }

  /** How the node does, in a few members. */
  public JsonObject status() {
    NetworkStats stats = node.getNetworkStats();
    long now = System.currentTimeMillis();
    return new JsonObject()
        .put("state", node.isRunning() ? "running" : "stopped")
        .put("name", node.nodeId())
        .put("peerId", node.identity().peerId().toString())
        .put("type", node.config().get(ConfigKeys.NODE_TYPE).name().toLowerCase(Locale.ROOT))
        .put("version", version)
        .put("startedAt", stats.startedAt().toEpochMilli())
        .put("uptimeMillis", Math.max(0, now - stats.startedAt().toEpochMilli()))
        .put("addresses", node.addresses().stream().map(Object::toString).toList())
        .put("connectedPeers", stats.connectedPeers())
        .put("knownPeers", stats.knownPeers())
        .put("connections", stats.connections())
        .put("waitingMessages", stats.messages().waitingMessages())
        .put("waitingBytes", stats.messages().waitingBytes())
        .put("bytesIn", stats.bytesIn())
        .put("bytesOut", stats.bytesOut())
        .put("dataFolder", node.config().dataFolder().toString());
  }

  private JsonObject identity() {
    return new JsonObject()
        .put("peerId", node.identity().peerId().toString())
        .put("name", node.nodeId())
        .put("type", node.config().get(ConfigKeys.NODE_TYPE).name().toLowerCase(Locale.ROOT));
  }

  private void config(Exchange exchange) {
    List<JsonObject> keys = ConfigKeys.ALL.stream().map(this::describe).toList();
    exchange.answer(new JsonObject().put("keys", keys));
  }

  private <T> JsonObject describe(ConfigKey<T> key) {
    return new JsonObject()
        .put("key", key.name())
        .put("value", key.print(node.config().get(key)))
        .put("origin", node.config().origin(key).toString())
        .put("default", key.defaultText())
        .put("description", key.description());
  }

  /** All counters. */
  public JsonObject stats() {
    return RecordJson.of(node.getNetworkStats()).put("api", RecordJson.of(figures.stats()));
  }

  private void topology(Exchange exchange) throws Exception {
    exchange.answer(
        new TopologyJson(node.topology().get(ANALYSIS_SECONDS_MAX, TimeUnit.SECONDS)).whole());
  }
}
