package org.openagi.p2p.node.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.client.ApiAnswer;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code p2p stats}: all counters of a node that runs. */
@Command(
    name = "stats",
    description = "Shows the counters of the node that runs with the data folder, by group.",
    footer = {
      "",
      "Counters grow from the start of the node. Those that are 0 are left out, unless --all is given.",
      "With --json the whole object of the API is printed, one line each time."
    })
final class StatsCommand extends NetworkCommand {
  /** Groups below this depth are told in the name of the counter. */
  private static final int GROUP_DEPTH = 2;

  @Parameters(
      arity = "0..1",
      paramLabel = "GROUP",
      description = "only groups whose name begins so, such as messages")
  private String group = "";

  @Option(names = "--all", description = "those that are 0 as well")
  private boolean all;

  @Option(
      names = "--watch",
      description = "print again every --interval seconds what has changed and how fast")
  private boolean watch;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "of --watch, 0.1 to 3600 (default 1)")
  private double intervalSeconds = 1;

  StatsCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    if (!(intervalSeconds >= 0.1) || intervalSeconds > 3600) {
      throw wrongUsage("--interval " + intervalSeconds + ": 0.1 to 3600");
    }
    try (ApiClient node = ApiClient.require(config.dataFolder())) {
      Map<String, Map<String, Object>> before = null;
      do {
        if (before != null) TimeUnit.MILLISECONDS.sleep(Math.round(intervalSeconds * 1000));
        ApiAnswer answer = node.get("/api/v1/stats");
        Map<String, Map<String, Object>> now = groups(answer.values());
        if (out.isJson()) out.tellLine(answer.line());
        else print(before, now, out);
        before = now;
      } while (watch && !out.isClosed());
      return DONE;
    }
  }

  private void print(
      @Nullable Map<String, Map<String, Object>> before,
      Map<String, Map<String, Object>> now,
      Output out) {
    if (before != null) out.say("");
    var rows = new ArrayList<List<String>>();
    now.forEach((name, counters) -> {
      if (!name.toLowerCase(Locale.ROOT).startsWith(group.toLowerCase(Locale.ROOT))) return;
      Map<String, Object> old = before == null ? Map.of() : before.getOrDefault(name, Map.of());
      String shown = name;
      for (Map.Entry<String, Object> each : counters.entrySet()) {
        Object last = old.get(each.getKey());
        boolean isNews = before == null || !each.getValue().equals(last);
        if (!isNews || (!all && isNothing(each.getValue()))) continue;
        rows.add(List.of(shown, each.getKey(), text(each.getValue()), rate(last, each.getValue())));
        shown = "";
      }
    });
    if (rows.isEmpty()) out.say(before == null ? "nothing is counted there" : "no change");
    else TextTable.lines(rows).forEach(out::say);
  }

  private static boolean isNothing(Object value) {
    return value instanceof Number number && number.doubleValue() == 0;
  }

  private String rate(@Nullable Object before, Object now) {
    if (!(before instanceof Number from) || !(now instanceof Number to)) return "";
    double rate = (to.doubleValue() - from.doubleValue()) / intervalSeconds;
    return String.format(Locale.ROOT, "%+.1f/s", rate);
  }

  private static String text(Object value) {
    if (value instanceof Number number) {
      double exact = number.doubleValue();
      return exact == Math.rint(exact)
          ? String.valueOf(number.longValue())
          : String.format(Locale.ROOT, "%.3f", exact);
    }
    return TextTable.cell(String.valueOf(value));
  }

  /** Counters by the name of their group, in the node's order. */
  static Map<String, Map<String, Object>> groups(Values stats) {
    Map<String, Map<String, Object>> groups = new LinkedHashMap<>();
    groups.put("network", new LinkedHashMap<>());
    collect(stats, List.of(), groups);
    groups.values().removeIf(Map::isEmpty);
    return groups;
  }

  private static void collect(
      Values from, List<String> path, Map<String, Map<String, Object>> groups) {
    from.members().forEach((name, value) -> {
      if (value instanceof Map<?, ?>) {
        List<String> deeper = new ArrayList<>(path);
        deeper.add(name);
        collect(from.object(name), deeper, groups);
        return;
      }
      if (value == null) return;
      int depth = Math.min(GROUP_DEPTH, path.size());
      String group = depth == 0 ? "network" : String.join(".", path.subList(0, depth));
      List<String> rest = new ArrayList<>(path.subList(depth, path.size()));
      rest.add(name);
      groups
          .computeIfAbsent(group, each -> new LinkedHashMap<>())
          .put(String.join(".", rest), value);
    });
  }
}
