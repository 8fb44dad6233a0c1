package org.openagi.p2p.node.cli;

import java.nio.file.Path;
import org.openagi.p2p.network.config.P2PConfig;

/** Nodes for tests of commands: on the loopback interface, linked only to whom they are told. */
final class LoopbackNode {
  private LoopbackNode() {}

  /**
   * A node that is not started.
   *
   * @param folder its data is in the folder below that is called as it is
   * @param peers addresses, separated by commas
   */
  static Session prepare(Path folder, String name, String peers) throws Exception {
    P2PConfig config = P2PConfig.defaults()
        .with("name", name)
        .with("data", folder.resolve(name).toString())
        .with("discovery", "manual")
        .with("listen", "/ip4/127.0.0.1/tcp/0")
        .with("peers", peers)
        .with("stop_timeout", "0");
    return Session.node(config, extras -> {});
  }

  /** One that is started. */
  static Session start(Path folder, String name, String peers) throws Exception {
    Session session = prepare(folder, name, peers);
    session.start();
    return session;
  }
}
