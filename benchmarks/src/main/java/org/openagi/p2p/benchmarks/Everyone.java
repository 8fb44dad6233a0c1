package org.openagi.p2p.benchmarks;

import java.util.List;
import org.openagi.p2p.benchmarks.worker.Settings;

/** One node publishes to everyone at a pace: when the others have it, and what that takes on the wire. */
final class Everyone {
  /** The figure that counts. */
  static final String FIGURE = "p50_ms";

  private static final int START_SECONDS = 120;

  private Everyone() {}

  /**
   * Plays one run.
   *
   * @param nodes the publisher included
   */
  static Figures play(Settings settings, int nodes, List<String> jvm) throws Exception {
    try (var crowd = WorkerProcess.start("ours", "broadcast", settings, jvm, "nodes=" + nodes)) {
      int seconds = START_SECONDS + settings.warmupSeconds() + settings.measuredSeconds();
      return Figures.of(
          crowd.answer(seconds),
          FIGURE,
          "p99_ms",
          "all_p50_ms",
          "all_p99_ms",
          "wire_per_payload_byte",
          "idle_bytes_per_s",
          "missing",
          "repeated",
          "cpu");
    }
  }
}
