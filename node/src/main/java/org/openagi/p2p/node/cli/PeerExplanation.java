package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.node.control.ControlClient;
import org.openagi.p2p.node.control.ControlReply;
import org.openagi.p2p.node.control.ControlRequest;

/** Asks a node that runs what it thinks of a peer and why, and prints that. */
final class PeerExplanation {
  private PeerExplanation() {}

  /**
   * Asks and prints.
   *
   * @throws org.openagi.p2p.node.control.ControlException if the node does not know the peer
   */
  static void print(Path folder, String peer, Output out) throws IOException {
    List<ControlReply> replies = new ArrayList<>();
    JsonObject request =
        new JsonObject().put(ControlRequest.VERB, "peers.explain").put("peer", peer);
    try (ControlClient node = ControlClient.connect(folder)
        .orElseThrow(() -> new IOException("no node runs with the data folder " + folder
            + "; what it thinks of peers is known to a node that runs only"))) {
      node.ask(request, replies::add);
    }
    if (out.isJson()) {
      replies.forEach(each -> out.tellLine(each.line()));
      return;
    }
    for (ControlReply each : replies) {
      if (each.text("event").orElse("").equals("peer")) peer(each.members(), out);
    }
    score(replies, out);
  }

  private static void peer(Map<String, Object> of, Output out) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("peer", text(of, "name") + " " + text(of, "peerId")));
    rows.add(List.of("state", text(of, "state") + ": " + text(of, "reason")));
    if (of.containsKey("rttMicros")) {
      rows.add(List.of("since", seconds(of, "inStateMillis")));
      rows.add(List.of("silent for", seconds(of, "silentMillis")));
      rows.add(List.of(
          "round trip",
          millis(of, "rttMicros") + ", median " + millis(of, "rttP50Micros") + ", 99 % within "
              + millis(of, "rttP99Micros") + ", jitter " + millis(of, "jitterMicros")));
      rows.add(List.of("loss", whole(of, "lossPermille") + " ‰"));
      rows.add(List.of(
          "throughput",
          whole(of, "bytesInPerSecond") + " B/s in, " + whole(of, "bytesOutPerSecond")
              + " B/s out"));
      rows.add(List.of("load", whole(of, "loadPermille") + " ‰"));
    }
    if (of.containsKey("score")) {
      rows.add(List.of("score", number(of, "score") + ", " + text(of, "standing")));
    }
    TextTable.lines(rows).forEach(out::say);
  }

  private static void score(List<ControlReply> replies, Output out) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("POINTS", "CAUSE", "TIMES", "LAST", "HALF AFTER", "AT MOST"));
    for (ControlReply each : replies) {
      if (!each.text("event").orElse("").equals("term")) continue;
      Map<String, Object> of = each.members();
      rows.add(List.of(
          number(of, "points"),
          text(of, "words"),
          whole(of, "count"),
          whole(of, "agoSeconds") + " s ago",
          whole(of, "halfLifeSeconds") + " s",
          number(of, "cap")));
    }
    if (rows.size() > 1) TextTable.lines(rows).forEach(out::say);
  }

  private static String text(Map<String, Object> of, String name) {
    Object value = of.get(name);
    return value == null ? "-" : SafeText.of(String.valueOf(value));
  }

  private static String number(Map<String, Object> of, String name) {
    return of.get(name) instanceof Number value
        ? String.format(Locale.ROOT, "%.1f", value.doubleValue())
        : "-";
  }

  private static String whole(Map<String, Object> of, String name) {
    return of.get(name) instanceof Number value ? String.valueOf(value.longValue()) : "-";
  }

  private static String millis(Map<String, Object> of, String name) {
    return of.get(name) instanceof Number value
        ? String.format(Locale.ROOT, "%.2f ms", value.doubleValue() / 1000)
        : "-";
  }

  private static String seconds(Map<String, Object> of, String name) {
    return of.get(name) instanceof Number value
        ? String.format(Locale.ROOT, "%.1f s", value.doubleValue() / 1000)
        : "-";
  }
}
