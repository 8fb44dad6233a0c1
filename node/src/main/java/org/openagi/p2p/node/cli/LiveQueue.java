package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.network.link.Carried;
import org.openagi.p2p.network.link.MessageQueue;
import org.openagi.p2p.node.control.QueueService;

/** The queue of a node that runs in this process. Safe for any thread. */
record LiveQueue(P2PNetworkManager manager) implements QueueService.Node {
  @Override
  public MessageQueue queue() {
    return manager.messageQueue();
  }

  @Override
  public Optional<PeerId> peer(String name) {
    return manager.peerId(name);
  }

  @Override
  public Optional<String> name(PeerId peer) {
    return manager.getPeerInfo(peer.toString()).flatMap(PeerInfo::alias);
  }

  @Override
  public CompletableFuture<List<Carried>> take(BundleFile file) throws IOException {
    return manager.take(file);
  }
}
