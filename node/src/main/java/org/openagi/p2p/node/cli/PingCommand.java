package org.openagi.p2p.node.cli;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.network.config.P2PConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code p2p ping}: round trips to one peer. */
@Command(
    name = "ping",
    description = "Connects to a peer and measures round trips with the libp2p ping protocol.",
    footer = {"", "Exit code 0 only if every ping was answered."})
final class PingCommand extends NetworkCommand {
  private static final int COUNT_MAX = 1_000_000;

  @Parameters(paramLabel = "PEER", description = "name, peer id or multiaddr")
  private String peer = "";

  @Option(names = "--count", paramLabel = "N", description = "how many (default 4)")
  private int count = 4;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "time between two (default 1)")
  private double intervalSeconds = 1;

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
    try (Session session = Session.client(config, out)) {
      session.start();
      return Shutdown.guard(FAILED, session::stop, () -> ping(session.manager(), out));
    }
  }

  private int ping(P2PNetworkManager manager, Output out)
      throws InterruptedException, ExecutionException {
    PeerInfo info = manager.connect(peer).get();
    String name = SafeText.of(info.displayName());
    var micros = new double[count];
    for (int i = 0; i < count; i++) {
      if (i > 0) TimeUnit.MICROSECONDS.sleep(Math.round(intervalSeconds * 1e6));
      Duration time = manager.ping(info.peerId().toString()).get();
      micros[i] = time.toNanos() / 1e3;
      out.tell(
          new JsonObject()
              .put("event", "pong")
              .put("peerId", info.peerId().toString())
              .put("name", info.alias().orElse(null))
              .put("sequence", i + 1)
              .put("micros", Math.round(micros[i])),
          String.format(Locale.ROOT, "pong from %s: %d in %.3f ms", name, i + 1, micros[i] / 1e3));
    }
    summarize(micros, out);
    return DONE;
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
