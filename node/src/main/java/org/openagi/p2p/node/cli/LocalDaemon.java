package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.p2pd.DaemonServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The p2pd sockets of a node that a command runs. Confined to one thread but for {@link #close}. */
final class LocalDaemon {
  private static final Logger LOG = LoggerFactory.getLogger(LocalDaemon.class);

  private volatile @Nullable DaemonServer server;

  /**
   * Opens them as the configuration says, or none.
   *
   * @throws IOException with one sentence for the person who started the node
   */
  void open(P2PNetworkManager manager) throws IOException {
    List<Multiaddr> addresses = manager.config().get(ConfigKeys.P2PD);
    if (!addresses.isEmpty()) server = DaemonServer.open(manager.host(), addresses);
  }

  /** Where they are, with the ports that were found. */
  List<Multiaddr> addresses() {
    DaemonServer open = server;
    return open == null ? List.of() : open.addresses();
  }

  /** Closes them; before the node is stopped. Any thread. */
  void close() {
    DaemonServer open = server;
    server = null;
    if (open == null) return;
    try {
      open.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("a p2pd socket was not removed");
    }
  }
}
