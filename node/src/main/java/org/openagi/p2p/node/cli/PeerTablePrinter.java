package org.openagi.p2p.node.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.messaging.StoreStats;
import org.openagi.p2p.network.NetworkStats;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.overlay.node.OverlayStats;

/** Prints peers and counters. */
final class PeerTablePrinter {
  /** Titles of the columns. */
  static final List<String> HEAD =
      List.of("NAME", "PEER", "TYPE", "RTT", "SECURITY", "ADDRESS", "AGENT");

  private final Output out;

  PeerTablePrinter(Output out) {
    this.out = out;
  }

  /** Prints one line a peer. */
  void print(List<PeerInfo> peers) {
    if (out.isJson()) {
      peers.forEach(peer -> out.tell(json(peer)));
      return;
    }
    if (peers.isEmpty()) {
      out.say("no peers");
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(HEAD);
    peers.forEach(peer -> rows.add(row(peer)));
    TextTable.lines(rows).forEach(out::say);
  }

  /** Prints the counters of this node. */
  void print(NetworkStats stats) {
    StoreStats kept = stats.messages().store();
    JsonObject object = new JsonObject();
    object.put("event", "stats");
    out.tell(
        addOverlay(object, stats)
            .put("connectedPeers", stats.connectedPeers())
            .put("knownPeers", stats.knownPeers())
            .put("connections", stats.connections())
            .put("bytesReceived", stats.bytesIn())
            .put("bytesSent", stats.bytesOut())
            .put("messagesWaiting", stats.messages().waitingMessages())
            .put("deadLetters", kept.deadLetters())
            .put("deadLettersDropped", kept.deadLettersDropped())
            .put("queueBytes", kept.diskBytes())
            .put("queueQuota", kept.maxDiskBytes()),
        String.format(
            Locale.ROOT,
            "%d peers connected, %d known; %d connections; %d bytes received, %d sent;"
                + " %d messages wait, %d expired or were refused, %d of them forgotten; %s",
            stats.connectedPeers(),
            stats.knownPeers(),
            stats.connections(),
            stats.bytesIn(),
            stats.bytesOut(),
            stats.messages().waitingMessages(),
            kept.deadLetters() + kept.deadLettersDropped(),
            kept.deadLettersDropped(),
            kept.maxDiskBytes() == 0
                ? "queue in memory"
                : "queue of " + kept.diskBytes() + " of " + kept.maxDiskBytes() + " bytes"));
    stats.overlay().ifPresent(overlay -> out.say(words(overlay)));
  }

  private static JsonObject addOverlay(JsonObject object, NetworkStats stats) {
    stats.overlay().ifPresent(overlay -> object
        .put("neighbours", overlay.neighbours())
        .put("nodesKnown", overlay.linkState().known())
        .put("parcelsSent", overlay.relay().sent())
        .put("parcelsArrived", overlay.relay().arrived())
        .put("parcelsPassedOn", overlay.relay().passedOn())
        .put("parcelsRerouted", overlay.relay().rerouted())
        .put("mailParcels", overlay.relay().mailParcels())
        .put("mailBytes", overlay.relay().mailBytes())
        .put("broadcastsSent", overlay.broadcast().sent())
        .put("broadcastsDelivered", overlay.broadcast().delivered()));
    return object;
  }

  private static String words(OverlayStats overlay) {
    return String.format(
        Locale.ROOT,
        "%d neighbours in a network of %d nodes; %d parcels passed on for others, %d kept as mail",
        overlay.neighbours(),
        overlay.linkState().known(),
        overlay.relay().passedOn(),
        overlay.relay().mailParcels());
  }

  private static JsonObject json(PeerInfo peer) {
    JsonObject object = new JsonObject()
        .put("event", "peer")
        .put("peerId", peer.peerId().toString())
        .put("name", peer.alias().orElse(null))
        .put("nodeType", peer.nodeType().map(Enum::name).orElse(null))
        .put("connected", peer.connected())
        .put("health", peer.health().map(Enum::name).orElse(null));
    peer.link().ifPresent(link -> object.put("why", link.reason()));
    peer.roundTrip().ifPresent(rtt -> object.put("rttMicros", rtt.toNanos() / 1000));
    peer.clockAhead().ifPresent(ahead -> object.put("clockAheadMillis", ahead.toMillis()));
    peer.reputation().ifPresent(why -> object.put("score", Math.round(why.score() * 10) / 10.0));
    return object
        .put("security", peer.security().orElse(null))
        .put("addresses", EventPrinter.texts(peer.addresses()))
        .put("agent", peer.agentVersion().orElse(null))
        .put("protocols", peer.protocols());
  }

  private static List<String> row(PeerInfo peer) {
    return List.of(
        TextTable.cell(peer.alias().orElse("-")),
        peer.peerId().shortString(),
        peer.nodeType().map(type -> type.name().toLowerCase(Locale.ROOT)).orElse("-"),
        peer.connected() ? peer.roundTrip().map(PeerTablePrinter::millis).orElse("-") : "away",
        peer.security().orElse("-"),
        peer.addresses().isEmpty()
            ? "-"
            : TextTable.cell(peer.addresses().getFirst().toString()),
        TextTable.cell(peer.agentVersion().orElse("-")));
  }

  private static String millis(Duration time) {
    return Deliveries.millis(time.toNanos() / 1000);
  }
}
