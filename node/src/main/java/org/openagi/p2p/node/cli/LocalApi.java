package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.ApiConfig;
import org.openagi.p2p.api.ApiServer;
import org.openagi.p2p.api.feed.EarlyEvents;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.config.ApiInbox;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.Origin;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.logging.JdkLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The local API of a node that a command runs. Confined to one thread but for {@link #close}. */
final class LocalApi {
  private static final Logger LOG = LoggerFactory.getLogger(LocalApi.class);

  private volatile @Nullable ApiServer server;
  private volatile @Nullable EarlyEvents early;

  /** Keeps what happens at a node that is about to start, so that the API tells of it as well. */
  void watch(P2PNetworkManager manager) {
    if (manager.config().get(ConfigKeys.API).isPresent()) early = new EarlyEvents(manager.events());
  }

  /**
   * Opens it as the configuration says, or not at all.
   *
   * @throws IOException with one sentence for the person who started the node
   */
  void open(P2PNetworkManager manager) throws IOException {
    P2PConfig config = manager.config();
    Optional<InetSocketAddress> address = config.get(ConfigKeys.API);
    if (address.isEmpty()) return;
    JdkLog.join();
    boolean isDefault = config.origin(ConfigKeys.API).kind() == Origin.Kind.DEFAULT;
    ApiConfig api = new ApiConfig(
        address.get(),
        isDefault,
        config.get(ConfigKeys.API_HOSTS),
        config.dataFolder(),
        VersionProvider.version());
    if (!address.get().getAddress().isLoopbackAddress()) {
      LOG.atWarn()
          .addKeyValue("address", address.get())
          .log("the local API can be reached from other machines, and is not encrypted");
    }
    boolean holds = config.get(ConfigKeys.API_INBOX) == ApiInbox.HOLD;
    EarlyEvents watched = early;
    server = watched == null
        ? ApiServer.open(manager, api, holds)
        : ApiServer.open(manager, api, holds, watched);
  }

  /** Where it is, if it is open. */
  Optional<String> url() {
    return Optional.ofNullable(server).map(ApiServer::url);
  }

  /** Closes it; before the node is stopped. Any thread. */
  void close() {
    EarlyEvents watched = early;
    if (watched != null) watched.close();
    ApiServer open = server;
    server = null;
    if (open == null) return;
    try {
      open.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("the file that tells where the local API is was not removed");
    }
  }
}
