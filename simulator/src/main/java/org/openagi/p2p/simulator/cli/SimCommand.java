package org.openagi.p2p.simulator.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.simulator.SimulationConfig;
import org.openagi.p2p.simulator.fault.FaultKind;
import org.openagi.p2p.simulator.scenario.Detection;
import org.openagi.p2p.simulator.scenario.Growth;
import org.openagi.p2p.simulator.scenario.MassFailure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code p2p sim}: runs networks in virtual time. */
@Command(
    name = "sim",
    description =
        "Runs a network of many nodes in virtual time, lets things go wrong as a seed decides, and checks every promise.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all promises were kept",
      "1:a promise was broken",
      "2:the command line is wrong"
    },
    footer = {
      "",
      "The same seed gives the same trace hash, always. What is broken is printed with the command that",
      "plays it again and with what happened to the nodes involved before. The manual is docs/simulator.md."
    })
public final class SimCommand implements Callable<Integer> {
  private static final List<Integer> GROWTH_SIZES = List.of(100, 1000, 10_000);
  private static final int MAX_MINUTES = 2 * 24 * 60;
  private static final String TERMINAL_PROPERTY = "p2p.terminal";

  @Option(names = "--nodes", paramLabel = "N", description = "how many nodes (default 100)")
  private int nodes = 100;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "decides all that is random (default 1)")
  private long seed = 1;

  @Option(names = "--seeds", paramLabel = "A..B", description = "one run for each of these seeds")
  private @Nullable String seeds;

  @Option(
      names = "--jobs",
      paramLabel = "J",
      description = "runs at once, each on one processor (default: all processors)")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "virtual time with traffic and faults, before everything settles (default 10)")
  private double minutes = 10;

  @Option(
      names = "--faults",
      paramLabel = "LIST",
      description = "all (default), none, or some of latency, loss, partition, oneway, skew, slow, "
          + "crash, power, disk, byzantine, barred")
  private String faults = "all";

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      description = {
        "instead of faults and traffic one of",
        "mass-failure: half of all nodes die at once",
        "growth: cost and speed of networks of 100, 1000, 10000 nodes, up to --nodes",
        "detection: how soon the dead, and how seldom the living, are declared dead"
      })
  private @Nullable String scenario;

  @Option(
      names = "--heartbeat",
      paramLabel = "S",
      description = "heartbeat_interval of the nodes (default 30)")
  private int heartbeatSeconds = 30;

  @Option(names = "--plot", paramLabel = "FILE", description = "growth: also draw it, as SVG")
  private @Nullable Path plot;

  @Option(names = "--json", description = "one JSON line a run")
  private boolean json;

  @Option(names = "--trace", description = "print everything that happens while it does")
  private boolean trace;

  @Spec
  private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Set<FaultKind> kinds = kinds();
    if (!(minutes > 0) || minutes > MAX_MINUTES) {
      throw wrong("--minutes " + minutes + ": more than 0, at most " + MAX_MINUTES);
    }
    if (nodes < 2 || nodes > SimulationConfig.MAX_NODES) {
      throw wrong("--nodes " + nodes + ": 2 to " + SimulationConfig.MAX_NODES);
    }
    PrintWriter out = spec().commandLine().getOut();
    if (scenario != null) return play(scenario, out) ? 0 : 1;
    if (jobs < 1) throw wrong("--jobs " + jobs + ": at least 1");
    SimulationConfig config =
        SimulationConfig.of(nodes, seed, length()).withFaults(kinds).withLive(trace ? out : null);
    return run(config, range(), out) ? 0 : 1;
  }

  private boolean run(SimulationConfig config, SeedRange range, PrintWriter out)
      throws InterruptedException {
    int threads = trace ? 1 : (int) Math.min(jobs, range.count()); // traces must not be mixed
    SeriesPrinter printer = new SeriesPrinter(out, progress(), json, config, range.count());
    new SeedSeries(range, threads).run(each -> SeedRun.of(config.withSeed(each)), printer::print);
    return printer.end(threads);
  }

  /** Where a line may be overwritten; null where nobody watches. */
  private @Nullable PrintWriter progress() {
    boolean watched = Boolean.getBoolean(TERMINAL_PROPERTY) && !json && !trace;
    return watched ? spec().commandLine().getErr() : null;
  }

  private boolean play(String name, PrintWriter out) throws IOException {
    return switch (name) {
      case "mass-failure" -> new MassFailure(nodes, seed, out, json).play();
      case "growth" -> {
        List<Integer> sizes =
            GROWTH_SIZES.stream().filter(size -> size <= nodes).toList();
        yield new Growth(sizes, seed, out, json, plot).play();
      }
      case "detection" ->
        new Detection(nodes, seed, Duration.ofSeconds(heartbeatSeconds), out, json).play();
      default ->
        throw wrong("no scenario '" + name + "'; there are mass-failure, growth and detection");
    };
  }

  private Duration length() {
    return Duration.ofMillis((long) (minutes * 60_000));
  }

  private SeedRange range() {
    String text = seeds;
    if (text == null) return new SeedRange(seed, seed);
    try {
      return SeedRange.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong("--seeds " + e.getMessage());
    }
  }

  private Set<FaultKind> kinds() {
    try {
      return FaultKind.parse(faults);
    } catch (IllegalArgumentException e) {
      throw wrong("--faults: " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  private CommandSpec spec() {
    CommandSpec injected = spec;
    if (injected == null) throw new IllegalStateException("run by picocli only");
    return injected;
  }
}
