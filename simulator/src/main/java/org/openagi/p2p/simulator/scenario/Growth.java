package org.openagi.p2p.simulator.scenario;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;

/** What a network costs and how fast news spread in it, by its size. */
public final class Growth {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration CALM = Duration.ofSeconds(60);
  private static final Duration MEASURED = Duration.ofSeconds(60);
  private static final int BROADCASTS = 5;
  private static final int NEWS_BYTES = 256;
  private static final Duration BETWEEN_NEWS = Duration.ofSeconds(10);

  /**
   * Figures of one size.
   *
   * @param nodes how many
   * @param controlBytesPerSecond what a node sends at rest, all headers included
   * @param controlMessagesPerSecond how many segments that is
   * @param broadcastMillisHalf until half of all have a broadcast, mean
   * @param broadcastMillisAll until all have it, mean
   * @param hops most links it passed
   * @param missed nodes that did not get one
   * @param degree mean number of neighbours
   * @param wallSeconds that this took
   */
  public record Row(
      int nodes,
      double controlBytesPerSecond,
      double controlMessagesPerSecond,
      double broadcastMillisHalf,
      double broadcastMillisAll,
      int hops,
      int missed,
      double degree,
      double wallSeconds) {}

  private final List<Integer> sizes;
  private final long seed;
  private final PrintWriter out;
  private final boolean json;
  private final @Nullable Path plot;

  /**
   * A scenario that has not begun.
   *
   * @param plot where to write a drawing, null for nowhere
   */
  public Growth(
      List<Integer> sizes, long seed, PrintWriter out, boolean json, @Nullable Path plot) {
    this.sizes = List.copyOf(sizes);
    this.seed = seed;
    this.out = out;
    this.json = json;
    this.plot = plot;
  }

  /** Plays it. Returns whether every broadcast reached all. */
  public boolean play() throws IOException {
    if (!json) {
      out.println(
          "| nodes | control B/s a node | messages/s a node | broadcast, half | all | hops | missed | degree | took |");
      out.println("|---|---|---|---|---|---|---|---|---|");
    }
    List<Row> rows = new ArrayList<>();
    for (int size : sizes) {
      Row row = measure(size);
      rows.add(row);
      print(row);
    }
    if (plot != null) Files.writeString(plot, GrowthPlot.of(rows));
    return rows.stream().allMatch(row -> row.missed == 0);
  }

  private Row measure(int size) {
    long started = System.nanoTime();
    try (Overlays overlays = new Overlays(size, seed, Duration.ofSeconds(30))) {
      overlays.startWithin(START);
      overlays.world().runFor(CALM.toNanos());
      long bytes = overlays.sentBytes();
      long segments = overlays.sentSegments();
      overlays.world().runFor(MEASURED.toNanos());
      double nodeSeconds = (double) size * MEASURED.toSeconds();
      double bytesPerSecond = (overlays.sentBytes() - bytes) / nodeSeconds;
      double segmentsPerSecond = (overlays.sentSegments() - segments) / nodeSeconds;
      double half = 0;
      double all = 0;
      int missed = 0;
      int hops = 0;
      for (int i = 0; i < BROADCASTS; i++) {
        overlays.broadcast(NEWS_BYTES);
        overlays.world().runFor(BETWEEN_NEWS.toNanos());
        half += overlays.millisUntil(0.5) / BROADCASTS;
        all += overlays.millisUntil(1) / BROADCASTS;
        missed += overlays.missed();
        hops = Math.max(hops, overlays.maxHops());
      }
      return new Row(
          size,
          bytesPerSecond,
          segmentsPerSecond,
          half,
          all,
          hops,
          missed,
          overlays.meanDegree(),
          (System.nanoTime() - started) / 1e9);
    }
  }

  private void print(Row row) {
    if (json) {
      out.println(new JsonObject()
          .put("scenario", "growth")
          .put("nodes", row.nodes)
          .put("seed", seed)
          .put("controlBytesPerSecond", row.controlBytesPerSecond)
          .put("controlMessagesPerSecond", row.controlMessagesPerSecond)
          .put("broadcastMillisHalf", row.broadcastMillisHalf)
          .put("broadcastMillisAll", row.broadcastMillisAll)
          .put("hops", row.hops)
          .put("missed", row.missed)
          .put("degree", row.degree)
          .put("wallSeconds", row.wallSeconds)
          .toString());
    } else {
      out.printf(
          Locale.ROOT,
          "| %,d | %.0f | %.1f | %.0f ms | %.0f ms | %d | %d | %.2f | %.0f s |%n",
          row.nodes,
          row.controlBytesPerSecond,
          row.controlMessagesPerSecond,
          row.broadcastMillisHalf,
          row.broadcastMillisAll,
          row.hops,
          row.missed,
          row.degree,
          row.wallSeconds);
    }
    out.flush();
  }
}
