package org.openagi.p2p.benchmarks;

import java.util.List;
import org.openagi.p2p.benchmarks.worker.Settings;

/**
 * Urgent messages beside a payload of 64 MiB that is always in flight: how much later they arrive than
 * on an idle link, and whether the link keeps its limit.
 */
final class Overtake {
  /** The figure that counts. */
  static final String FIGURE = "added_p99_ms";

  private Overtake() {}

  /**
   * Plays one run.
   *
   * @param limitRate bytes per second, 0 for no limit
   */
  static Figures play(Settings settings, long limitRate, List<String> jvm) throws Exception {
    String limit = "limit=" + limitRate;
    try (var sink = WorkerProcess.start("ours", "overtaken", settings, jvm);
        var sender = WorkerProcess.start(
            "ours", "overtake", settings, jvm, limit, "address=" + sink.answer().get("address"))) {
      sender.answer(120 + settings.warmupSeconds());
      sink.ask("delays");
      sender.ask("idle");
      Figures idle = Figures.of(sink.ask("delays"), "p50_ms", "p99_ms");
      Figures load = Figures.of(sender.ask("load"), "wire_bytes_per_s", "bulk_bytes_per_s");
      Figures loaded = Figures.of(sink.ask("delays"), "p50_ms", "p99_ms", "max_ms");
      var all = new Figures()
          .put("idle_p50_ms", idle.get("p50_ms"))
          .put("idle_p99_ms", idle.get("p99_ms"))
          .put("loaded_p50_ms", loaded.get("p50_ms"))
          .put("loaded_p99_ms", loaded.get("p99_ms"))
          .put("loaded_max_ms", loaded.get("max_ms"))
          .put(FIGURE, loaded.get("p99_ms") - idle.get("p50_ms"))
          .put("wire_bytes_per_s", load.get("wire_bytes_per_s"))
          .put("bulk_bytes_per_s", load.get("bulk_bytes_per_s"));
      if (limitRate > 0) {
        all.put("rate_error_percent", 100 * (load.get("wire_bytes_per_s") / limitRate - 1));
      }
      return all;
    }
  }
}
