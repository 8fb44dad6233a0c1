package org.openagi.p2p.node.cli;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.network.config.P2PConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code p2p peers}: who is on this network. */
@Command(
    name = "peers",
    description = "Looks around and lists who is on this network.",
    footer = {"", "How long it looks is set by --discovery-timeout."})
final class PeersCommand extends NetworkCommand {
  @Option(names = "--watch", description = "then go on and print who comes and goes, until Ctrl-C")
  private boolean watch;

  PeersCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    try (Session session = Session.client(config, out)) {
      session.start();
      return Shutdown.guard(DONE, session::stop, () -> look(session.manager(), out));
    }
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
