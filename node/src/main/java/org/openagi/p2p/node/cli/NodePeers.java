package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.ApiRefusedException;
import org.openagi.p2p.node.client.Values;

/** Prints the peers of the node that runs, as {@link PeerTablePrinter} prints those of one in this process. */
final class NodePeers {
  private NodePeers() {}

  static void print(ApiClient node, Output out) throws IOException {
    List<Values> peers = new ArrayList<>();
    for (Values row : node.get("/api/v1/peers").values().objects("peers")) {
      peers.add(full(node, row));
    }
    if (out.isJson()) {
      peers.forEach(peer -> out.tell(json(peer)));
      return;
    }
    if (peers.isEmpty()) {
      out.say("no peers");
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(PeerTablePrinter.HEAD);
    peers.forEach(peer -> rows.add(row(peer)));
    TextTable.lines(rows).forEach(out::say);
  }

  /** The rows have no addresses. */
  private static Values full(ApiClient node, Values row) throws IOException {
    try {
      String id = row.text("peerId").orElse("");
      return node.get("/api/v1/peers/" + ApiClient.part(id)).values();
    } catch (ApiRefusedException e) {
      return row; // it has gone meanwhile
    }
  }

  private static JsonObject json(Values peer) {
    JsonObject object = EventPrinter.object("peer")
        .put("peerId", peer.text("peerId").orElse(null))
        .put("name", peer.text("name").orElse(null))
        .put(
            "nodeType",
            peer.text("type").map(type -> type.toUpperCase(Locale.ROOT)).orElse(null))
        .put("connected", peer.flag("connected"))
        .put("health", peer.text("state").orElse(null));
    peer.object("link").text("reason").ifPresent(why -> object.put("why", why));
    if (peer.whole("rttMicros") > 0) object.put("rttMicros", peer.whole("rttMicros"));
    if (peer.number("clockAheadMillis").isPresent())
      object.put("clockAheadMillis", peer.whole("clockAheadMillis"));
    peer.number("score").ifPresent(score -> object.put("score", score));
    return object
        .put("security", peer.text("security").orElse(null))
        .put("addresses", peer.texts("addresses"))
        .put("agent", peer.text("agent").orElse(null))
        .put("protocols", peer.texts("protocols"));
  }

  private static List<String> row(Values peer) {
    long rtt = peer.whole("rttMicros");
    List<String> addresses = peer.texts("addresses");
    String id = peer.text("peerId").orElse("");
    return List.of(
        cell(peer, "name"),
        PeerId.parse(id).shortString(),
        cell(peer, "type"),
        !peer.flag("connected") ? "away" : rtt == 0 ? "-" : Deliveries.millis(rtt),
        cell(peer, "security"),
        addresses.isEmpty() ? "-" : TextTable.cell(addresses.getFirst()),
        cell(peer, "agent"));
  }

  private static String cell(Values of, String name) {
    return TextTable.cell(of.text(name).orElse("-"));
  }
}
