package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.control.ControlClient;
import org.openagi.p2p.node.control.ControlReply;
import org.openagi.p2p.node.control.ControlRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code p2p topology}: how the network hangs together. */
@Command(
    name = "topology",
    description =
        "Shows the network as the node that runs here knows it: its nodes, how they are linked,"
            + " and what must not fail.",
    footer = {
      "",
      "COST is what the cheapest way from this node is expected to take. A node or link marked with !",
      "is critical: without it a part of the network could not reach the rest.",
      "",
      "It asks the node that runs with the data folder."
    })
final class TopologyCommand extends NetworkCommand {
  @Option(
      names = "--dot",
      description = "prints the graph for Graphviz: p2p topology --dot | dot -Tsvg > network.svg")
  private boolean dot;

  TopologyCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    if (dot && out.isJson()) throw wrongUsage("--dot and --json are two forms; take one");
    Path folder = config.dataFolder();
    List<ControlReply> replies = new ArrayList<>();
    try (ControlClient node = ControlClient.connect(folder)
        .orElseThrow(() -> new IOException(
            "no node runs with the data folder " + folder + "; start one with p2p node"))) {
      node.ask(new JsonObject().put(ControlRequest.VERB, "topology"), replies::add);
    }
    if (out.isJson()) replies.forEach(each -> out.tellLine(each.line()));
    else if (dot) dot(replies).forEach(out::say);
    else table(replies).forEach(out::say);
    return DONE;
  }

  private static List<ControlReply> of(List<ControlReply> replies, String event) {
    return replies.stream()
        .filter(each -> each.text("event").orElse("").equals(event))
        .toList();
  }

  /** A table of the nodes, and what can be said of all. */
  static List<String> table(List<ControlReply> replies) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("NODE", "TYPE", "LINKS", "COST", ""));
    for (ControlReply node : of(replies, "node")) {
      rows.add(List.of(
          TextTable.cell(node.text("name").orElse("-")),
          TextTable.cell(node.text("type").orElse("-")),
          whole(node, "links"),
          flag(node, "self") ? "here" : cost(node),
          flag(node, "critical") ? "!" : ""));
    }
    List<String> lines = new ArrayList<>(TextTable.lines(rows));
    lines.add("");
    of(replies, "topology").forEach(all -> summary(all, lines));
    return lines;
  }

  private static void summary(ControlReply all, List<String> lines) {
    boolean sampled = flag(all, "sampled");
    lines.add(whole(all, "nodes") + " nodes, " + whole(all, "links") + " links, on average "
        + decimal(all, "averageDegree") + " of a node, at most " + whole(all, "maxDegree"));
    List<String> parts = sizes(all.members().get("components"));
    lines.add(
        parts.size() <= 1
            ? "everyone reaches everyone"
            : "in " + parts.size() + " parts, of " + String.join(", ", parts) + " nodes");
    lines.add("diameter " + (sampled ? "at least " : "") + whole(all, "diameter")
        + ", on average " + decimal(all, "averagePathLength") + " links from one to another"
        + (sampled ? " (of a sample)" : "") + ", clustering " + decimal(all, "clustering"));
    lines.add(
        flag(all, "criticalKnown")
            ? whole(all, "criticalNodes") + " critical nodes, " + whole(all, "criticalLinks")
                + " critical links"
            : "the network is too large to look for critical nodes and links");
  }

  private static List<String> sizes(@Nullable Object components) {
    if (!(components instanceof List<?> list)) return List.of();
    return list.stream()
        .map(each -> each instanceof Number size ? String.valueOf(size.longValue()) : "-")
        .toList();
  }

  /** The graph in the language of Graphviz. */
  static List<String> dot(List<ControlReply> replies) {
    Map<String, String> names = new HashMap<>();
    List<String> lines = new ArrayList<>(List.of("graph network {", "  node [shape=box];"));
    for (ControlReply node : of(replies, "node")) {
      String id = node.text("peerId").orElse("");
      String name = "n" + names.size();
      names.put(id, name);
      lines.add("  " + name + " [label=" + quoted(node.text("name").orElse(id))
          + (flag(node, "self") ? ", style=bold" : "")
          + (flag(node, "critical") ? ", color=red" : "") + "];");
    }
    for (ControlReply link : of(replies, "link")) {
      lines.add("  " + names.get(link.text("a").orElse("")) + " -- "
          + names.get(link.text("b").orElse("")) + " [label=" + quoted(cost(link))
          + (flag(link, "critical") ? ", color=red" : "") + "];");
    }
    lines.add("}");
    return lines;
  }

  private static String quoted(String text) {
    return '"' + SafeText.of(text).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String cost(ControlReply reply) {
    return reply.members().get("costMicros") instanceof Number micros
        ? String.format(Locale.ROOT, "%.1f ms", micros.doubleValue() / 1000)
        : "-";
  }

  private static boolean flag(ControlReply reply, String name) {
    return Boolean.TRUE.equals(reply.members().get(name));
  }

  private static String whole(ControlReply reply, String name) {
    return reply.members().get(name) instanceof Number number
        ? String.valueOf(number.longValue())
        : "-";
  }

  private static String decimal(ControlReply reply, String name) {
    return reply.members().get(name) instanceof Number number
        ? String.format(Locale.ROOT, "%.2f", number.doubleValue())
        : "-";
  }
}
