package org.openagi.p2p.node.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.network.StoppedNode;
import org.openagi.p2p.network.link.Carried;
import org.openagi.p2p.network.link.MessageQueue;
import org.openagi.p2p.node.control.ControlException;
import org.openagi.p2p.node.control.QueueService;

/** The queue of a node that does not run. Safe for any thread. */
record StoredQueue(StoppedNode node) implements QueueService.Node {
  @Override
  public MessageQueue queue() {
    return node.queue();
  }

  @Override
  public Optional<PeerId> peer(String name) {
    return node.peer(name);
  }

  @Override
  public Optional<String> name(PeerId peer) {
    return node.name(peer);
  }

  @Override
  public CompletableFuture<List<Carried>> take(BundleFile file) throws ControlException {
    throw new ControlException(
        "handlers take what is imported, so the node must run: start it with p2p node", false);
  }
}
