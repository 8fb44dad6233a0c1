package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code p2p top}: the dashboard for a terminal. */
@Command(
    name = "top",
    description = "Shows the node that runs with the data folder and its peers, anew each second.",
    footer = {
      "",
      "q or Ctrl-C ends it. If the output is no terminal or a dumb one, or with --once, it prints once and",
      "ends; with --json one object of status and peers. RTT, 99 % and LOSS are of the last probes, IN and OUT bytes a second of",
      "that link; a narrow terminal shows fewer columns.",
      "Exit code 0, or 1 if no node runs at the beginning. If it ends meanwhile, the next one is waited for."
    })
final class TopCommand extends NetworkCommand {
  private static final String BEGIN = "\033[?1049h\033[?25l";
  private static final String END = "\033[?25h\033[?1049l";
  private static final long PERIOD_MILLIS = 1000;
  private static final Terminal.Size UNLIMITED =
      new Terminal.Size(Integer.MAX_VALUE, Integer.MAX_VALUE);

  @Option(names = "--once", description = "print once")
  private boolean once;

  private @Nullable ApiClient client;
  private boolean isDrawing;

  TopCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    boolean isLive = !out.isJson() && !once && Style.isTerminal();
    client = ApiClient.require(config.dataFolder());
    Optional<Terminal> terminal = isLive ? Terminal.open() : Optional.empty();
    if (terminal.isEmpty()) return printOnce(client, out);
    Terminal open = terminal.get();
    return Shutdown.guard(DONE, () -> leave(open), () -> watch(config, open, out.style()));
  }

  private static int printOnce(ApiClient running, Output out) throws IOException {
    try (ApiClient node = running) {
      if (out.isJson()) printJson(node, out);
      else show(node, new TopScreen(), 0, out.style(), UNLIMITED).forEach(out::say);
    }
    return DONE;
  }

  private static void printJson(ApiClient node, Output out) throws IOException {
    String status = node.get("/api/v1/status").line();
    String peers = node.get("/api/v1/peers").line();
    out.tellLine("{\"event\":\"top\",\"status\":" + status + "," + peers.substring(1));
  }

  private static List<String> show(
      ApiClient node, TopScreen screen, double seconds, Style style, Terminal.Size size)
      throws IOException {
    Values status = node.get("/api/v1/status").values();
    List<Values> peers = node.get("/api/v1/peers").values().objects("peers");
    return screen.lines(status, peers, seconds, style, size);
  }

  private int watch(P2PConfig config, Terminal terminal, Style style) throws Exception {
    CountDownLatch quit = new CountDownLatch(1);
    terminal.onQuit(quit::countDown);
    TopScreen screen = new TopScreen();
    try {
      begin();
      long before = System.nanoTime();
      do {
        long now = System.nanoTime();
        draw(lines(config, screen, (now - before) / 1e9, style, terminal.size()));
        before = now;
      } while (!quit.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS));
    } finally {
      leave(terminal);
      forget();
    }
    return DONE;
  }

  private List<String> lines(
      P2PConfig config, TopScreen screen, double seconds, Style style, Terminal.Size size) {
    try {
      ApiClient node = client;
      if (node == null) node = ApiClient.require(config.dataFolder());
      client = node;
      return show(node, screen, seconds, style, size);
    } catch (IOException e) {
      forget();
      return TopScreen.fitting(
          List.of(SafeText.of(String.valueOf(e.getMessage())), "waiting for it"), size);
    }
  }

  /** The node was restarted, perhaps, and is elsewhere. */
  private void forget() {
    ApiClient node = client;
    client = null;
    if (node != null) node.close();
  }

  private synchronized void begin() {
    isDrawing = true;
    print(BEGIN);
  }

  /** One write, each line over what was there: nothing is blank between two pictures. */
  private synchronized void draw(List<String> lines) {
    if (!isDrawing) return; // Ctrl-C was faster
    print("\033[H" + String.join("\033[K\r\n", lines) + "\033[K\033[J");
  }

  /** Leaves the terminal as it was; once more does no harm. Any thread. */
  private synchronized void leave(Terminal terminal) {
    if (isDrawing) print(END);
    isDrawing = false;
    terminal.close();
  }

  private void print(String text) {
    streams.out().print(text);
    streams.out().flush();
  }
}
