package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.Optional;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.client.ApiClient;
import picocli.CommandLine.Option;

/** Of commands that ask the node that runs with the data folder, and take part as a node of their own if none does. */
final class RunningNodeOption {
  @Option(
      names = "--apart",
      description =
          "take part as a node of its own, even if one runs with the data folder that could be asked")
  private boolean apart;

  /** The node to ask; empty if none runs, or it is not to be asked. */
  Optional<ApiClient> find(P2PConfig config) throws IOException {
    return apart ? Optional.empty() : ApiClient.find(config.dataFolder());
  }
}
