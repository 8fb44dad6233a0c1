package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.openagi.p2p.node.demo.Demo;
import org.openagi.p2p.node.demo.Reporter;
import org.openagi.p2p.node.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code p2p demo}: the main job on one machine. */
@Command(
    name = "demo",
    description = {
      "Plays the main job on this machine: three nodes, each a process of its own, find each other",
      "by mDNS on the loopback interface, exchange signed messages, lose one and find it again."
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

  @Override
  public Integer call() throws InterruptedException {
    var out = new Output(streams, json, Style.detected());
    try (var demo = new Demo(new OutputReporter(out))) {
      // Also when this process is asked to end: the nodes' files are removed. The nodes themselves
      // end with their standard input, whatever happens to this process.
      var cleanUp = new Thread(() -> cleanUp(demo));
      Runtime.getRuntime().addShutdownHook(cleanUp);
      boolean good = demo.play();
      if (good && keep) stayUntilInterrupted(out, demo);
      good &= demo.stop();
      Runtime.getRuntime().removeShutdownHook(cleanUp);
      return good ? NetworkCommand.DONE : NetworkCommand.FAILED;
    } catch (IOException e) {
      out.fail("the demo could not be played: " + e.getMessage());
      return NetworkCommand.FAILED;
    }
  }

  private static void stayUntilInterrupted(Output out, Demo demo) throws InterruptedException {
    out.tell(
        new JsonObject().put("event", "keeping"),
        out.style().note("the nodes keep running; Ctrl-C stops them"));
    demo.stay();
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
