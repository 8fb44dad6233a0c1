package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.node.demo.Demo;
import org.openagi.p2p.node.demo.Reporter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code p2p demo}: the main job on one machine. */
@Command(
    name = "demo",
    description = {
      "Shows the main job: three nodes on this machine meet, talk, lose one, find it.",
      "Each is a process of its own; they find each other by mDNS on the loopback interface and",
      "exchange signed messages; one is killed and comes back. Ends with what was measured."
    },
    footer = {"", "Exit code 0 if every step worked, 1 and the reason if one did not."})
final class DemoCommand implements Callable<Integer> {
  /** Some eleven days: who leaves a demo running longer has forgotten it. */
  private static final long KEEP_SECONDS_MAX = 1_000_000;

  @Option(
      names = "--keep",
      description = "leave the nodes running until Ctrl-C, and tell where their dashboards are")
  private boolean keep;

  @Option(
      names = "--for",
      paramLabel = "SECONDS",
      description = "with --keep: end it after so long (1 to 1000000)")
  private @Nullable Long keepSeconds;

  @Option(names = "--json", description = "print one JSON object a line, for scripts")
  private boolean json;

  private final Streams streams;

  DemoCommand(Streams streams) {
    this.streams = streams;
  }

  /** Once every step has worked, ending the demo by Ctrl-C is how it is meant to end. */
  private volatile boolean keeping;

  @Override
  public Integer call() throws Exception {
    var out = new Output(streams, json, Style.detected());
    Long seconds = keepSeconds;
    if (seconds != null && (!keep || seconds < 1 || seconds > KEEP_SECONDS_MAX)) {
      out.fail(
          "--for " + seconds + ": 1 to " + KEEP_SECONDS_MAX + " seconds, together with --keep");
      return NetworkCommand.WRONG_USAGE;
    }
    try (var demo = new Demo(new OutputReporter(out), keep)) {
      return Shutdown.guard(
          () -> keeping ? NetworkCommand.DONE : NetworkCommand.FAILED,
          () -> cleanUp(demo),
          () -> play(demo, out));
    } catch (IOException e) {
      out.fail("the demo could not be played: " + e.getMessage());
      return NetworkCommand.FAILED;
    }
  }

  private int play(Demo demo, Output out) throws IOException, InterruptedException {
    boolean good = demo.play();
    if (good && keep) {
      tellDashboards(demo.dashboards(), out);
      keeping = true;
      Long seconds = keepSeconds;
      demo.stay(Duration.ofSeconds(seconds == null ? KEEP_SECONDS_MAX : seconds));
    }
    return demo.stop() && good ? NetworkCommand.DONE : NetworkCommand.FAILED;
  }

  /** The first is the one to open: it shows the others as well. */
  private static void tellDashboards(SequencedMap<String, String> dashboards, Output out) {
    JsonObject addresses = new JsonObject();
    dashboards.forEach(addresses::put);
    out.tell(new JsonObject()
        .put("event", "keeping")
        .put("dashboard", dashboards.firstEntry().getValue())
        .put("dashboards", addresses));
    dashboards.forEach((name, link) -> out.say("dashboard of " + name + ": " + link));
    out.say(out.style().note("the nodes keep running; Ctrl-C stops them"));
  }

  private static void cleanUp(Demo demo) {
    try {
      demo.close();
    } catch (IOException e) {
      // The system removes its temporary files some day.
    }
  }

  private record OutputReporter(Output out) implements Reporter {
    @Override
    public void tell(Kind kind, String text, JsonObject object) {
      Style style = out.style();
      String safe = SafeText.of(text);
      String shown =
          switch (kind) {
            case STEP -> System.lineSeparator() + style.bold(safe);
            case NEWS -> safe;
            case GOOD -> style.good(safe);
            case BAD -> style.bad(safe);
          };
      out.tell(object, shown);
    }

    @Override
    public void table(List<String> lines) {
      out.say("");
      lines.forEach(out::say);
      out.say("");
    }
  }
}
