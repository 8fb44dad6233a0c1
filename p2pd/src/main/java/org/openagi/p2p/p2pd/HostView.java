package org.openagi.p2p.p2pd;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;

/** The node as the protocol shows it, and the tags that clients gave to its peers. Safe for any thread. */
final class HostView {
  /** Keeps tags of clients apart from those of the node. */
  private static final String TAG_PREFIX = "p2pd:";

  /** A tag of a peer. */
  private record Tag(PeerId peer, String name) {}

  private final Host host;
  private final int maxTags;

  /** Guarded by this. */
  private final Set<Tag> tags = new HashSet<>();

  HostView(Host host, int maxTags) {
    this.host = host;
    this.maxTags = maxTags;
  }

  /** This node with its addresses, which end before {@code /p2p}. */
  PeerAt self() {
    return new PeerAt(
        host.peerId(),
        host.listenAddresses().stream().map(Multiaddr::withoutPeerId).toList());
  }

  /** Each connected peer once, with the addresses of all its connections. */
  List<PeerAt> connected() {
    Map<PeerId, List<Multiaddr>> found = new LinkedHashMap<>();
    for (Connection connection : host.connections()) {
      if (!connection.isOpen()) continue;
      found
          .computeIfAbsent(connection.remotePeer(), peer -> new ArrayList<>())
          .add(connection.remoteAddress());
    }
    return found.entrySet().stream()
        .map(entry -> new PeerAt(entry.getKey(), entry.getValue()))
        .toList();
  }

  List<String> protocols(PeerId peer) {
    return host.peers().protocols(peer);
  }

  PeerAt known(PeerId peer) {
    return new PeerAt(peer, host.peers().addresses(peer));
  }

  /** The addresses of a request, but those that name another peer. */
  List<Multiaddr> leadingTo(Request.Connect request) {
    return request.addresses().stream()
        .filter(address -> address.peerId().map(request.peer()::equals).orElse(true))
        .map(Multiaddr::withoutPeerId)
        .toList();
  }

  void disconnect(PeerId peer) {
    for (Connection connection : host.connections(peer)) {
      connection.close(CloseReason.localRequest()).toCompletableFuture().join();
    }
  }

  /** A weight of 0 or less keeps nothing, as a tag without weight does nothing for a connection manager. */
  synchronized void tag(PeerId peer, String name, long weight) throws RefusedException {
    if (weight <= 0) {
      untag(peer, name);
      return;
    }
    Tag tag = new Tag(peer, name);
    if (tags.contains(tag)) return;
    if (tags.size() == maxTags) {
      throw new RefusedException(
          Refusal.TOO_MANY_TAGS, "clients hold " + maxTags + " tags already");
    }
    tags.add(tag);
    host.protect(peer, TAG_PREFIX + name);
  }

  synchronized void untag(PeerId peer, String name) {
    if (tags.remove(new Tag(peer, name))) host.unprotect(peer, TAG_PREFIX + name);
  }

  synchronized void releaseTags() {
    for (Tag tag : tags) host.unprotect(tag.peer(), TAG_PREFIX + tag.name());
    tags.clear();
  }
}
