package org.openagi.p2p.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.benchmarks.worker.Settings;

/**
 * Plays a scenario several times, the systems in turn so that a busy machine is unfair to none of
 * them, and prints a line for each run and one with the medians.
 */
final class BenchRun {
  private final Settings settings;
  private final List<String> systems;
  private final int runs;
  private final List<String> jvmOptions;
  private final PrintWriter out;

  BenchRun(
      Settings settings, List<String> systems, int runs, List<String> jvmOptions, PrintWriter out) {
    this.settings = settings;
    this.systems = systems;
    this.runs = runs;
    this.jvmOptions = jvmOptions;
    this.out = out;
  }

  void play(Scenario scenario) throws Exception {
    String name = scenario.name().toLowerCase(Locale.ROOT);
    Map<String, Figures> medians = medians(name, scenario);
    print(summary(name, scenario.figure, medians));
  }

  /** S4: the bytes on the wire of S1 and S2, without those of the payload. */
  void playOverhead() throws Exception {
    Map<String, Figures> streaming = medians("s4-streaming", Scenario.S1);
    Map<String, Figures> lone = medians("s4-lone", Scenario.S2);
    print(summary("s4-streaming", "overhead_bytes", streaming));
    print(summary("s4-lone", "overhead_bytes", lone));
  }

  /** S1 on disk, then messages at a pace on disk. */
  void playDurable() throws Exception {
    Map<String, Figures> throughput = medians("durable", Scenario.S1);
    Map<String, Figures> paced = medians("durable-paced", Scenario.PACED);
    print(summary("durable", Scenario.S1.figure, throughput));
    print(summary("durable-paced", Scenario.PACED.figure, paced));
  }

  /** Urgent messages beside a large payload. */
  void playOvertake(long limitRate) throws Exception {
    Map<String, Figures> medians =
        medians("overtake", (system, all, jvm) -> Overtake.play(all, limitRate, jvm), limitRate);
    print(summary("overtake", Overtake.FIGURE, medians).put("limit_rate", limitRate));
  }

  /** One node to everyone. */
  void playBroadcast(int nodes) throws Exception {
    Map<String, Figures> medians =
        medians("broadcast", (system, all, jvm) -> Everyone.play(all, nodes, jvm), 0);
    print(summary("broadcast", Everyone.FIGURE, medians).put("nodes", nodes));
  }

  /**
   * A node with peers, and nothing to do.
   *
   * @return the medians
   */
  Figures playRest(int peers) throws Exception {
    Map<String, Figures> medians =
        medians("rest", (system, all, jvm) -> Rest.play(all, peers, jvm), 0);
    print(summary("rest", Rest.FIGURE, medians).put("nodes", peers));
    return medians.values().iterator().next();
  }

  private interface Play {
    Figures play(String system, Settings settings, List<String> jvmOptions) throws Exception;
  }

  private Map<String, Figures> medians(String name, Scenario scenario) throws Exception {
    return medians(name, scenario::play, 0);
  }

  private Map<String, Figures> medians(String name, Play scenario, long limitRate)
      throws Exception {
    var results = new LinkedHashMap<String, List<Figures>>();
    for (int run = 1; run <= runs; run++) {
      // Every second round in the opposite order.
      for (String system : run % 2 == 1 ? systems : systems.reversed()) {
        Figures figures =
            scenario.play(system, settings, jvmOptions).withOverhead(settings.sizeBytes());
        results.computeIfAbsent(system, unused -> new ArrayList<>()).add(figures);
        JsonObject line = line(name, system);
        if (limitRate > 0) line.put("limit_rate", limitRate);
        print(figures.addTo(line.put("run", run)));
      }
    }
    var medians = new LinkedHashMap<String, Figures>();
    results.forEach((system, all) -> medians.put(system, Figures.median(all)));
    return medians;
  }

  private JsonObject line(String name, String system) {
    return new JsonObject()
        .put("bench", name)
        .put("system", system)
        .put("security", security(system))
        .put("size", settings.sizeBytes());
  }

  private String security(String system) {
    if (!system.equals("limit")) return settings.security();
    return settings.durable() ? "none" : "tls";
  }

  private JsonObject summary(String name, String figure, Map<String, Figures> medians) {
    var line = new JsonObject().put("bench", name).put("summary", true).put("runs", runs);
    line.put("size", settings.sizeBytes())
        .put("window", settings.window())
        .put("security", settings.security())
        .put("warmup_s", settings.warmupSeconds())
        .put("measured_s", settings.measuredSeconds())
        .put("rounds", settings.rounds())
        .put("connections", settings.connections())
        .put("placement", settings.placement())
        .put("store", settings.durable() ? "journal" : "memory")
        .put("paced", settings.pacedPerSecond());
    medians.forEach((system, figures) -> line.put(system, figures.addTo(new JsonObject())));
    Figures ours = medians.get("ours");
    Figures limit = medians.get("limit");
    if (ours != null && limit != null) {
      line.put("ratio_of", figure)
          .put("ours_to_limit", Figures.round(ours.get(figure) / limit.get(figure)));
    }
    return line.put(
            "wire_method",
            NetworkNamespace.inside()
                ? "loopback counters of an own network namespace"
                : "loopback counters of the whole machine")
        .put("jvm", jvmOptions)
        .put("machine", Machine.describe());
  }

  private void print(JsonObject line) {
    out.println(line);
    out.flush();
  }
}
