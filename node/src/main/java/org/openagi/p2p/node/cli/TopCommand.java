package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
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
      "q ends it. Without a terminal, or with --once, it prints once; with --json one object of status",
      "and peers. RTT, 99 % and LOSS are of the last probes, IN and OUT bytes a second of that link."
    })
final class TopCommand extends NetworkCommand {
  private static final String BEGIN = "\033[?1049h\033[?25l";
  private static final String END = "\033[?25h\033[?1049l";
  private static final long PERIOD_MILLIS = 1000;

  @Option(names = "--once", description = "print once")
  private boolean once;

  private volatile @Nullable Keys keys;
  private @Nullable ApiClient client;

  TopCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    TopScreen screen = new TopScreen();
    if (out.isJson() || once || !Style.isTerminal()) {
      try (ApiClient node = ApiClient.require(config.dataFolder())) {
        if (out.isJson()) printJson(node, out);
        else show(node, screen, 0, out.style()).forEach(out::say);
      }
      return DONE;
    }
    client = ApiClient.require(config.dataFolder());
    return Shutdown.guard(DONE, this::leave, () -> watch(config, screen, out.style()));
  }

  private static void printJson(ApiClient node, Output out) throws IOException {
    String status = node.get("/api/v1/status").line();
    String peers = node.get("/api/v1/peers").line();
    out.tellLine("{\"event\":\"top\",\"status\":" + status + "," + peers.substring(1));
  }

  private static List<String> show(ApiClient node, TopScreen screen, double seconds, Style style)
      throws IOException {
    Values status = node.get("/api/v1/status").values();
    List<Values> peers = node.get("/api/v1/peers").values().objects("peers");
    return screen.lines(status, peers, seconds, style);
  }

  private int watch(P2PConfig config, TopScreen screen, Style style) throws Exception {
    CountDownLatch quit = new CountDownLatch(1);
    Keys pressed = Keys.open(streams.in(), quit::countDown);
    keys = pressed;
    try {
      streams.out().print(BEGIN);
      long before = System.nanoTime();
      do {
        long now = System.nanoTime();
        draw(lines(config, screen, (now - before) / 1e9, style), pressed.rows());
        before = now;
      } while (!quit.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS));
    } finally {
      leave();
      forget();
    }
    return DONE;
  }

  private List<String> lines(P2PConfig config, TopScreen screen, double seconds, Style style) {
    try {
      ApiClient node = client;
      if (node == null) node = ApiClient.require(config.dataFolder());
      client = node;
      return show(node, screen, seconds, style);
    } catch (IOException e) {
      forget();
      return List.of(SafeText.of(String.valueOf(e.getMessage())), "waiting for it");
    }
  }

  /** The node was restarted, perhaps, and is elsewhere. */
  private void forget() {
    ApiClient node = client;
    client = null;
    if (node != null) node.close();
  }

  /** One write, each line over what was there: nothing is blank between two pictures. */
  private void draw(List<String> lines, int rows) {
    StringBuilder picture = new StringBuilder("\033[H");
    lines.stream().limit(Math.max(1, rows - 1)).forEach(line -> {
      picture.append(line).append("\033[K\r\n");
    });
    picture.append("\033[J");
    PrintWriter out = streams.out();
    out.print(picture);
    out.flush();
  }

  /** Leaves the terminal as it was; once more does no harm. Any thread. */
  private void leave() {
    Keys pressed = keys;
    if (pressed != null) pressed.close();
    streams.out().print(END);
    streams.out().flush();
  }
}
