package org.openagi.p2p.benchmarks.compress;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * What compression makes of messages: as they are, with zstd, and with the shared dictionary. Runs in this
 * process, without a network: chunks are made, taken in again and compared. Prints one JSON line for each
 * kind and size of message, then a table of all.
 */
public final class CompressionBench {
  private static final int[] SIZES = {256, 1 << 10, 4 << 10, 16 << 10, 64 << 10};
  private static final long SEED = 42;
  private static final int BYTES_MEASURED = 4 << 20;
  private static final int MESSAGES_MIN = 64;

  private final int rounds;
  private final PrintWriter out;
  private final List<String> table = new ArrayList<>();

  /**
   * A bench.
   *
   * @param rounds how often each way is measured, in turn with the others; after one that is not counted
   * @param out where to print
   */
  public CompressionBench(int rounds, PrintWriter out) {
    this.rounds = rounds;
    this.out = out;
  }

  /** Measures all kinds and sizes. */
  public void play() throws ProtocolViolationException {
    table.add("| Messages | Size | Lone: bytes | sender µs | recipient µs"
        + " | Stream: bytes | sender µs | recipient µs |");
    table.add("|---|---|---|---|---|---|---|---|");
    for (int size : SIZES) {
      AgentMessages agents = new AgentMessages(SEED);
      measure("agents", size, agents::next);
    }
    for (int size : SIZES) {
      AgentMessages calls = new AgentMessages(SEED);
      measure("calls", size, calls::nextCall);
    }
    for (int size : SIZES) {
      Random random = new Random(SEED);
      measure("random", size, bytes -> {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return noise;
      });
    }
    out.println();
    table.forEach(out::println);
    out.flush();
  }

  private void measure(String kind, int size, IntFunction<byte[]> source)
      throws ProtocolViolationException {
    List<byte[]> messages = new ArrayList<>();
    int count = Math.max(MESSAGES_MIN, BYTES_MEASURED / size);
    for (int i = 0; i < count; i++) messages.add(source.apply(size));
    Costs lone = measure(messages, false);
    Costs stream = measure(messages, true);
    double payload = messages.stream().mapToInt(each -> each.length).average().orElse(0);
    out.println(String.format(
        Locale.ROOT,
        "{\"scenario\":\"compress\",\"messages\":\"%s\",\"size\":%d,\"payload_bytes\":%.0f,%s,%s}",
        kind,
        size,
        payload,
        lone.json("lone"),
        stream.json("stream")));
    out.flush();
    table.add("| " + kind + " | " + size + " | " + lone.cells() + " | " + stream.cells() + " |");
  }

  /** What a message costs, by median. */
  private record Cost(double frameBytes, double sendMicros, double receiveMicros) {
    static Cost median(List<Cost> runs) {
      return new Cost(
          median(runs, Cost::frameBytes),
          median(runs, Cost::sendMicros),
          median(runs, Cost::receiveMicros));
    }

    private static double median(List<Cost> runs, ToDoubleFunction<Cost> figure) {
      return runs.stream().mapToDouble(figure).sorted().toArray()[runs.size() / 2];
    }
  }

  /** One for each way, in their order. */
  private record Costs(List<Cost> ways) {
    String json(String prefix) {
      return field(prefix + "_frame_bytes", "%.1f", Cost::frameBytes)
          + ","
          + field(prefix + "_send_us", "%.2f", Cost::sendMicros)
          + ","
          + field(prefix + "_receive_us", "%.2f", Cost::receiveMicros);
    }

    private String field(String name, String format, ToDoubleFunction<Cost> figure) {
      return "\"" + name + "\":[" + join(",", format, figure) + "]";
    }

    String cells() {
      return join(" → ", "%.0f", Cost::frameBytes)
          + " | " + join(" / ", "%.2f", Cost::sendMicros)
          + " | " + join(" / ", "%.2f", Cost::receiveMicros);
    }

    private String join(String between, String format, ToDoubleFunction<Cost> figure) {
      return ways.stream()
          .map(way -> String.format(Locale.ROOT, format, figure.applyAsDouble(way)))
          .collect(Collectors.joining(between));
    }
  }

  private Costs measure(List<byte[]> messages, boolean stream) throws ProtocolViolationException {
    Map<ChunkLink.Way, List<Cost>> runs = new EnumMap<>(ChunkLink.Way.class);
    for (int round = -1; round < rounds; round++) {
      for (ChunkLink.Way way : ChunkLink.Way.values()) {
        Cost cost = carry(way, messages, stream);
        if (round >= 0) runs.computeIfAbsent(way, w -> new ArrayList<>()).add(cost);
      }
    }
    return new Costs(runs.values().stream().map(Cost::median).toList());
  }

  private static Cost carry(ChunkLink.Way way, List<byte[]> messages, boolean stream)
      throws ProtocolViolationException {
    try (ChunkLink link = new ChunkLink(way)) {
      link.carry(messages, stream);
      double n = messages.size();
      return new Cost(
          link.frameBytes() / n, link.sendNanos() / 1e3 / n, link.receiveNanos() / 1e3 / n);
    }
  }
}
