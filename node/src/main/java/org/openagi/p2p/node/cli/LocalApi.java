package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.ApiConfig;
import org.openagi.p2p.api.ApiServer;
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
    server = ApiServer.open(manager, api, config.get(ConfigKeys.API_INBOX) == ApiInbox.HOLD);
  }

  /** Where it is, if it is open. */
  Optional<String> url() {
    return Optional.ofNullable(server).map(ApiServer::url);
  }

  /** Closes it; before the node is stopped. Any thread. */
  void close() {
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
