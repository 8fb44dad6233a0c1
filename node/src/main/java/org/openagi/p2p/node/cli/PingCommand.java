package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code p2p ping}: round trips to one peer. */
@Command(
    name = "ping",
    description = "Connects to a peer and measures round trips with the libp2p ping protocol.",
    footer = {
      "",
      "The node that runs with the data folder does it. If none runs, or with --apart, this command",
      "takes part as a node of its own.",
      "Exit code 0 only if every ping was answered."
    })
final class PingCommand extends NetworkCommand {
  private static final int COUNT_MAX = 1_000_000;

  /** Longer than the node tries to connect. */
  private static final Duration WAIT = Duration.ofSeconds(45);

  @Parameters(paramLabel = "PEER", description = "name, peer id or multiaddr")
  private String peer = "";

  @Option(names = "--count", paramLabel = "N", description = "how many (default 4)")
  private int count = 4;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "time between two (default 1)")
  private double intervalSeconds = 1;

  @Mixin
  private RunningNodeOption running = new RunningNodeOption();

  PingCommand(Streams streams) {
    super(streams);
  }

  @Override
  P2PConfig adjust(P2PConfig config) {
    return withTimeToFind(config);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    if (count < 1 || count > COUNT_MAX) {
      throw wrongUsage("--count " + count + ": 1 to " + COUNT_MAX);
    }
    if (!(intervalSeconds >= 0) || intervalSeconds > 3600) {
      throw wrongUsage("--interval " + intervalSeconds + ": 0 to 3600");
    }
    Optional<ApiClient> node = running.find(config, out);
    if (node.isPresent()) return pingBy(node.get(), out);
    try (Session session = Session.client(config, out)) {
      session.start();
      return Shutdown.guard(FAILED, session::stop, () -> ping(session.manager(), out));
    }
  }

  private int ping(P2PNetworkManager manager, Output out)
      throws InterruptedException, ExecutionException {
    PeerInfo info = manager.connect(peer).get();
    String id = info.peerId().toString();
    var micros = new double[count];
    for (int i = 0; i < count; i++) {
      if (i > 0) pause();
      Duration time = manager.ping(id).get();
      micros[i] = time.toNanos() / 1e3;
      pong(id, info.alias(), i + 1, micros[i], out);
    }
    summarize(micros, out);
    return DONE;
  }

  private int pingBy(ApiClient running, Output out) throws IOException, InterruptedException {
    try (ApiClient node = running) {
      Values info =
          node.post("/api/v1/peers", new JsonObject().put("peer", peer), WAIT).values();
      String id = info.text("peerId").orElse(peer);
      String path = "/api/v1/peers/" + ApiClient.part(id) + "/ping";
      var micros = new double[count];
      for (int i = 0; i < count; i++) {
        if (i > 0) pause();
        micros[i] = node.post(path, new JsonObject(), WAIT).values().whole("rttMicros");
        pong(id, info.text("name"), i + 1, micros[i], out);
      }
      summarize(micros, out);
      return DONE;
    }
  }

  private void pause() throws InterruptedException {
    TimeUnit.MICROSECONDS.sleep(Math.round(intervalSeconds * 1e6));
  }

  private static void pong(
      String id, Optional<String> alias, int sequence, double micros, Output out) {
    out.tell(
        EventPrinter.object("pong")
            .put("peerId", id)
            .put("name", alias.orElse(null))
            .put("sequence", sequence)
            .put("micros", Math.round(micros)),
        String.format(
            Locale.ROOT,
            "pong from %s: %d in %.3f ms",
            SafeText.of(alias.orElse(id)),
            sequence,
            micros / 1e3));
  }

  private static void summarize(double[] micros, Output out) {
    Arrays.sort(micros);
    double median = micros[(micros.length - 1) / 2];
    double max = micros[micros.length - 1];
    out.tell(
        new JsonObject()
            .put("event", "summary")
            .put("count", micros.length)
            .put("minMicros", Math.round(micros[0]))
            .put("medianMicros", Math.round(median))
            .put("maxMicros", Math.round(max)),
        String.format(
            Locale.ROOT,
            "%d answered; least %.3f, median %.3f, most %.3f ms",
            micros.length,
            micros[0] / 1e3,
            median / 1e3,
            max / 1e3));
  }
}
