package org.openagi.p2p.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.benchmarks.compress.CompressionBench;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.node.demo.NodeProgram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2p bench}: plays a scenario and prints one JSON line a run, then one with the medians. */
@Command(
    name = "bench",
    description = "Measures throughput, latency, memory and overhead; one JSON line a run.",
    sortOptions = false,
    footer = {
      "",
      "  s1   one sender, one receiver: messages per second",
      "  s2   ping-pong: round trip times",
      "  s3   idle connections held by one node: memory for each",
      "  s4   bytes on the wire per message beyond the payload, in s1 and in s2",
      "  durable  s1 with the journal, synced to disk, then messages at a pace: time to their",
      "       acknowledgement; the limit is a bare log that syncs as often as it can",
      "  overtake  urgent messages every 10 ms beside 64 MiB of DATA in flight: how much later they are",
      "  broadcast  one of --nodes nodes in one process publishes to all others at --paced messages a",
      "       second: when they have it, and bytes on the wire for each byte published",
      "  rest  p2p node with --nodes connected peers (50) and no messages: time until it listens,",
      "       memory and processor time over --seconds (60)",
      "  compress  JSON between agents and random bytes: bytes of the frames, and processor time on",
      "       both sides, as they are, with zstd, and with the shared dictionary",
      "  jmh  micro benchmarks of codecs and ciphers whose names match PATTERN",
      "",
      "Each node is a process of its own, on the loopback interface. Figures depend on the machine",
      "and on what else it does: compare them only with the limit of the same command."
    })
public final class BenchCommand implements Callable<Integer> {
  private static final List<String> SCENARIOS =
      List.of("s1", "s2", "s3", "s4", "durable", "overtake", "broadcast", "rest", "compress");
  private static final int WINDOW = 10_000;
  private static final int WINDOW_LARGE = 256;
  private static final int LARGE_BYTES = 65_536;
  private static final int PACED_MAX = 100_000;
  private static final int DURABLE_PACED = 2000;
  private static final int BROADCAST_PACED = 100;
  private static final int BROADCAST_NODES = 10;
  private static final int REST_PEERS = 50;
  private static final int NODES_MAX = 100;
  private static final int MEASURED_SECONDS = 10;
  private static final int REST_SECONDS = 60;

  /** A number and a time. */
  private static final int BROADCAST_SIZE_MIN_BYTES = 16;

  private static final int SIZE_MAX_BYTES = 1 << 20;

  @Parameters(
      index = "0",
      paramLabel = "SCENARIO",
      description = "s1, s2, s3, s4, durable, overtake, broadcast, rest, compress or jmh")
  private String scenario = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATTERN",
      description = "jmh: regular expression of benchmark names (default: all)")
  private @Nullable String pattern;

  @Option(names = "--size", paramLabel = "BYTES", description = "payload of a message (default 64)")
  private int sizeBytes = 64;

  @Option(
      names = "--security",
      paramLabel = "NAME",
      description = "noise or tls (default tls); the limit is always tls")
  private String security = "tls";

  @Option(
      names = "--limit",
      description =
          "also run the limit, plain Netty and BoringSSL TLS in batches, in turn with ours")
  private boolean limit;

  @Option(names = "--limit-only", description = "run the limit alone")
  private boolean limitOnly;

  @Option(names = "--runs", paramLabel = "N", description = "runs of each system (default 3)")
  private int runs = 3;

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "most unacknowledged messages (default 10000; 256 from 64 KiB on)")
  private int window;

  @Option(names = "--warmup", paramLabel = "S", description = "s1, s2: seconds before (default 5)")
  private int warmupSeconds = 5;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "s1, overtake, broadcast: seconds measured (default 10); rest: 60")
  private int measuredSeconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "s2: rounds measured, after the warm-up (default 20000)")
  private int rounds = 20_000;

  @Option(
      names = "--paced",
      paramLabel = "RATE",
      description = "durable: messages submitted a second in the paced part (default 2000);"
          + " broadcast: messages published a second (default 100)")
  private int paced;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "broadcast: nodes (default 10); rest: peers (default 50)")
  private int nodes;

  @Option(names = "--connections", paramLabel = "N", description = "s3: held (default 1000)")
  private int connections = 1000;

  @Option(
      names = "--limit-rate",
      paramLabel = "BYTES",
      description = "overtake: bandwidth limit of the sender, bytes a second (default 0, none)")
  private long limitRate;

  @Option(
      names = "--placement",
      paramLabel = "WHERE",
      description =
          "which cores the processes run on: free (default), one for both, or each its own; with s2 "
              + "the difference is larger than that between two systems")
  private String placement = "free";

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "another option for the measured processes, after -Xmx1g; repeatable")
  private List<String> jvmOptions = new ArrayList<>();

  @Spec
  private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    String name = scenario.toLowerCase(Locale.ROOT);
    if (name.equals("jmh")) return Jmh.run(pattern, spec().commandLine().getOut());
    check(name);
    if (name.equals("compress")) {
      new CompressionBench(runs, spec().commandLine().getOut()).play();
      return 0;
    }
    if (!NetworkNamespace.inside()) {
      int status = NetworkNamespace.rerun(commandLine().getParseResult().originalArgs());
      if (status >= 0) return status;
    }
    PrintWriter out = spec().commandLine().getOut();
    var bench =
        new BenchRun(settings(name), systems(name.equals("s2")), runs, allJvmOptions(), out);
    switch (name) {
      case "s1" -> bench.play(Scenario.S1);
      case "s2" -> bench.play(Scenario.S2);
      case "s3" -> bench.play(Scenario.S3);
      case "durable" -> bench.playDurable();
      case "overtake" -> bench.playOvertake(limitRate);
      case "broadcast" -> bench.playBroadcast(nodes(name));
      case "rest" ->
        spec().commandLine().getErr().println(Rest.sentence(bench.playRest(nodes(name))));
      default -> bench.playOverhead();
    }
    return 0;
  }

  private void check(String name) {
    if (!SCENARIOS.contains(name)) {
      throw wrong(
          "no scenario " + scenario + "; there are " + String.join(", ", SCENARIOS) + " and jmh");
    }
    if (name.equals("overtake") && (limit || limitOnly)) {
      throw wrong("overtake compares a loaded link with an idle one, and knows no other system");
    }
    if (nodes(name) < 1 || nodes(name) > NODES_MAX) {
      throw wrong("--nodes " + nodes + ": 1 to " + NODES_MAX);
    }
    if (name.equals("broadcast")) checkBroadcast();
    if (name.equals("rest") && (limit || limitOnly)) throw wrong("rest knows no other system");
    if (limitRate < 0) throw wrong("--limit-rate " + limitRate + ": 0 for none, or bytes a second");
    if (pattern != null) throw wrong("only jmh takes a pattern");
    if (!security.equals("noise") && !security.equals("tls")) {
      throw wrong("--security " + security + ": noise or tls");
    }
    if (!List.of("free", "one", "each").contains(placement)) {
      throw wrong("--placement " + placement + ": free, one or each");
    }
    if (!Placement.named(placement).isPossible()) {
      throw wrong("--placement " + placement + ": needs taskset and two cores");
    }
    if (sizeBytes < 1 || sizeBytes > SIZE_MAX_BYTES) {
      throw wrong("--size " + sizeBytes + ": 1 to " + SIZE_MAX_BYTES);
    }
    if (paced < 0 || paced > PACED_MAX) throw wrong("--paced " + paced + ": 1 to " + PACED_MAX);
    if (runs < 1 || rounds < 1 || connections < 1 || measuredSeconds < 0 || warmupSeconds < 0) {
      throw wrong("counts and times start at 1");
    }
  }

  private void checkBroadcast() {
    if (limit || limitOnly) throw wrong("broadcast knows no other system");
    if (nodes == 1) throw wrong("--nodes 1: 2 to " + NODES_MAX);
    if (sizeBytes < BROADCAST_SIZE_MIN_BYTES) {
      throw wrong("--size " + sizeBytes + ": broadcast from " + BROADCAST_SIZE_MIN_BYTES + " on");
    }
  }

  private int nodes(String name) {
    if (nodes != 0) return nodes;
    return name.equals("rest") ? REST_PEERS : BROADCAST_NODES;
  }

  private int measuredSeconds(String name) {
    if (measuredSeconds > 0) return measuredSeconds;
    return name.equals("rest") ? REST_SECONDS : MEASURED_SECONDS;
  }

  private int pacedPerSecond(String name) {
    if (paced > 0) return paced;
    return name.equals("broadcast") ? BROADCAST_PACED : DURABLE_PACED;
  }

  private Settings settings(String name) {
    int defaultWindow = sizeBytes >= LARGE_BYTES ? WINDOW_LARGE : WINDOW;
    return new Settings(
        sizeBytes,
        window > 0 ? window : defaultWindow,
        security,
        warmupSeconds,
        measuredSeconds(name),
        rounds,
        connections,
        placement,
        name.equals("durable"),
        pacedPerSecond(name));
  }

  private List<String> systems(boolean pingPong) {
    if (limitOnly) return List.of("limit");
    var all = new ArrayList<String>(List.of("ours"));
    if (pingPong) all.add("ours_threads");
    if (limit) all.add("limit");
    return all;
  }

  private List<String> allJvmOptions() {
    var all = new ArrayList<String>();
    all.add("-Xmx1g");
    all.add("--enable-native-access=ALL-UNNAMED");
    // A network namespace has no hardware address to make channel ids from.
    all.add("-Dio.netty.machineId=00:00:00:00:00:01");
    all.addAll(NodeProgram.startUpCache());
    all.addAll(jvmOptions);
    return all;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  private picocli.CommandLine commandLine() {
    return spec().root().commandLine();
  }

  private CommandSpec spec() {
    CommandSpec injected = spec;
    if (injected == null) throw new IllegalStateException("run by picocli only");
    return injected;
  }
}
