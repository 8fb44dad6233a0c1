package org.openagi.p2p.node.cli;

import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.client.ApiAnswer;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.Values;
import picocli.CommandLine.Command;

/** {@code p2p status}: whether a node runs, and how it does. */
@Command(
    name = "status",
    description = "Tells whether a node runs with the data folder, and how it does.",
    footer = {"", "Exit code 0 if one runs, 1 if none does."})
final class StatusCommand extends NetworkCommand {
  StatusCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    try (ApiClient node = ApiClient.require(config.dataFolder())) {
      ApiAnswer status = node.get("/api/v1/status");
      if (out.isJson()) out.tellLine(status.line());
      else print(status.values(), node.url(), out);
      return DONE;
    }
  }

  private static void print(Values of, String url, Output out) {
    out.say(out.style().bold(SafeText.of(of.text("name").orElse("?"))) + " "
        + of.text("state").orElse("?") + " for " + Amounts.span(of.whole("uptimeMillis") / 1000));
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("  peer id", of.text("peerId").orElse("")));
    rows.add(List.of("  type", of.text("type").orElse("")));
    rows.add(List.of("  version", of.text("version").orElse("")));
    rows.add(List.of("  dashboard", url));
    for (String address : of.texts("addresses")) rows.add(List.of("  listens on", address));
    rows.add(List.of(
        "  peers",
        of.whole("connectedPeers") + " connected, " + of.whole("knownPeers") + " known, "
            + of.whole("connections") + " connections"));
    rows.add(List.of(
        "  waiting",
        of.whole("waitingMessages") + " messages, "
            + Amounts.bytes((double) of.whole("waitingBytes"))));
    rows.add(List.of(
        "  traffic",
        Amounts.bytes((double) of.whole("bytesIn")) + " in, "
            + Amounts.bytes((double) of.whole("bytesOut")) + " out"));
    rows.add(List.of("  data folder", SafeText.of(of.text("dataFolder").orElse(""))));
    TextTable.lines(rows).forEach(out::say);
  }
}
