package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.Optional;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.node.client.ApiClient;
import picocli.CommandLine.Option;

/** Of commands that ask the node that runs with the data folder, and take part as a node of their own if none does. */
final class RunningNodeOption {
  @Option(
      names = "--apart",
      description =
          "take part as a node of its own, even if one runs with the data folder that could be asked")
  private boolean apart;

  /** The node to ask; empty if it is not to be asked, or none runs, which people are told. */
  Optional<ApiClient> find(P2PConfig config, Output out) throws IOException {
    if (apart) return Optional.empty();
    Optional<ApiClient> node = ApiClient.find(config.dataFolder());
    boolean isSilent = out.isJson() || DataFolder.isHeld(config.dataFolder());
    if (node.isEmpty() && !isSilent) {
      out.remark("no node runs with the data folder " + config.dataFolder()
          + "; this command takes part as one of its own");
    }
    return node;
  }
}
