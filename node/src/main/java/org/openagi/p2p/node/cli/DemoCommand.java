package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
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
  @Option(names = "--keep", description = "leave the nodes running until Ctrl-C")
  private boolean keep;

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
    try (var demo = new Demo(new OutputReporter(out))) {
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
      String dashboard = demo.dashboard().orElse(null);
      out.tell(
          new JsonObject().put("event", "keeping").put("dashboard", dashboard),
          (dashboard == null ? "" : "dashboard: " + dashboard + System.lineSeparator())
              + out.style().note("the nodes keep running; Ctrl-C stops them"));
      keeping = true;
      demo.stay();
    }
    return demo.stop() && good ? NetworkCommand.DONE : NetworkCommand.FAILED;
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
