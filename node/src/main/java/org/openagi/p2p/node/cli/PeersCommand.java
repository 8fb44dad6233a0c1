package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.pins.PinStore;
import org.openagi.p2p.node.client.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code p2p peers}: who is on this network. */
@Command(
    name = "peers",
    description = "Lists who is on this network.",
    footer = {
      "",
      "The node that runs with the data folder tells whom it is connected to. If none runs, or with",
      "--apart, this command looks around as a node of its own, for --discovery-timeout. --forget works at once, also on the data",
      "folder of a node that runs. --explain asks the node that runs with the data folder."
    })
final class PeersCommand extends NetworkCommand {
  @Option(names = "--watch", description = "then go on and print who comes and goes, until Ctrl-C")
  private boolean watch;

  @Option(
      names = "--forget",
      paramLabel = "NAME",
      description = "don't look; forget which key NAME belongs to, so that another one may have it")
  private @Nullable String forgotten;

  @Option(
      names = "--explain",
      paramLabel = "PEER",
      description =
          "don't look; tell what the node that runs measured of PEER and thinks of it, and why")
  private @Nullable String explained;

  @Mixin
  private RunningNodeOption running = new RunningNodeOption();

  PeersCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    if (forgotten != null) return forget(forgotten, config, out);
    if (explained != null) {
      PeerExplanation.print(config.dataFolder(), explained, out);
      return DONE;
    }
    Optional<ApiClient> node = running.find(config, out);
    if (node.isPresent()) return listBy(node.get(), config, out);
    try (Session session = Session.client(config, out)) {
      session.start();
      return Shutdown.guard(DONE, session::stop, () -> look(session.manager(), out));
    }
  }

  private static int forget(String name, P2PConfig config, Output out) throws IOException {
    PinStore pins = PinStore.load(config.dataFolder());
    String owner = pins.peer(name).map(PeerId::toString).orElse("");
    if (!pins.forget(name)) {
      out.fail("no name '" + name + "' is pinned in " + pins.file());
      return FAILED;
    }
    out.tell(
        EventPrinter.object("forgotten").put("name", name).put("peerId", owner),
        SafeText.of(name) + " no longer belongs to " + owner);
    return DONE;
  }

  private int listBy(ApiClient running, P2PConfig config, Output out)
      throws IOException, InterruptedException {
    try (ApiClient node = running) {
      NodePeers.print(node, out);
    }
    if (watch) new LiveNews(config, List.of("network_events", "security_events"), out).follow();
    return DONE;
  }

  private int look(P2PNetworkManager manager, Output out)
      throws InterruptedException, ExecutionException {
    List<PeerInfo> peers = manager.discoverPeers().get();
    new PeerTablePrinter(out).print(peers);
    if (watch) {
      manager.events().subscribe(new EventPrinter(out)::print);
      new CountDownLatch(1).await();
    }
    return DONE;
  }
}
