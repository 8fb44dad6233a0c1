package org.openagi.p2p.network;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.network.pins.PinStore;

/**
 * Who is called what. Names come from the pins; what else a peer told in its record is kept while it
 * is connected. Safe for any thread; the look-ups touch no disk.
 */
final class PeerDirectory {
  /** Sends that wait for one and the same unknown name, and unknown names waited for. */
  static final int WAITING_MAX = 10_000;

  private final PinStore pins;
  private final AnnouncedNames announced = new AnnouncedNames();

  /** Connected peers only, so bounded by the connections. */
  private final Map<PeerId, NodeType> types = new ConcurrentHashMap<>();

  /** Why open connections, by id, are about to be closed by one of the two sides. */
  private final Map<Long, String> farewells = new ConcurrentHashMap<>();

  private final Map<String, CompletableFuture<PeerId>> waiting = new ConcurrentHashMap<>();

  PeerDirectory(PinStore pins) {
    this.pins = pins;
  }

  /**
   * A peer's record was accepted; its name is pinned.
   *
   * @return whether it had not told this on another connection already
   */
  boolean onIdentified(PeerId peer, String alias, NodeType type) {
    boolean news = types.put(peer, type) != type;
    announced.onNamed(peer, alias);
    CompletableFuture<PeerId> waited = waiting.remove(alias);
    if (waited != null) waited.completeAsync(() -> peer, VirtualThreads.EXECUTOR);
    return news;
  }

  /** The name of a peer is to be anybody's; what it calls itself does not count before it says so again. */
  void onNameForgotten(PeerId peer) {
    announced.onNamed(peer, "");
  }

  /** The last connection to a peer is gone. */
  void onDisconnected(PeerId peer) {
    types.remove(peer);
  }

  /** One side has refused the other: that is why the connection ends, whoever closes it first. */
  void onRefused(Connection connection, String why) {
    farewells.putIfAbsent(connection.id(), why);
    if (!connection.isOpen()) farewells.remove(connection.id());
  }

  /** What was said of a connection that has ended now, and is forgotten. */
  Optional<String> takeFarewell(Connection connection) {
    return Optional.ofNullable(farewells.remove(connection.id()));
  }

  /** A node that may be any number of links away said, signed, what it is called. */
  void onNamed(PeerId peer, String name) {
    announced.onNamed(peer, name);
    if (pins.peer(name).isPresent()) return;
    CompletableFuture<PeerId> waited = waiting.get(name);
    if (waited == null) return;
    announced.peer(name).filter(peer::equals).ifPresent(known -> {
      waiting.remove(name, waited);
      waited.completeAsync(() -> known, VirtualThreads.EXECUTOR);
    });
  }

  /** Whose name it is by the pins. */
  Optional<PeerId> peer(String alias) {
    return pins.peer(alias);
  }

  /** The only node that calls itself so, if the name is not pinned. */
  Optional<PeerId> announcedPeer(String alias) {
    return pins.peer(alias).isPresent() ? Optional.empty() : announced.peer(alias);
  }

  /** Those who claim a name that is not pinned; more than one if nobody can be meant by it. */
  List<PeerId> claimants(String alias) {
    return announced.claimants(alias);
  }

  Optional<String> alias(PeerId peer) {
    return pins.alias(peer);
  }

  /** The name if there is one, else the peer id: how messages name their sender. */
  String displayName(PeerId peer) {
    return alias(peer)
        .or(() -> announced.alias(peer).filter(name -> pins.peer(name).isEmpty()))
        .orElseGet(peer::toString);
  }

  Optional<NodeType> nodeType(PeerId peer) {
    return Optional.ofNullable(types.get(peer));
  }

  /** Names of the peers that are connected and have told one. */
  List<String> connectedAliases() {
    return types.keySet().stream()
        .flatMap(peer -> alias(peer).stream())
        .sorted()
        .toList();
  }

  /**
   * Completes as soon as a peer of that name has told it. The caller limits the time and calls {@link
   * #stopWaiting} at its end.
   */
  CompletableFuture<PeerId> await(String alias) {
    if (waiting.size() >= WAITING_MAX && !waiting.containsKey(alias))
      return CompletableFuture.failedFuture(new UnknownPeerException(
          alias, WAITING_MAX + " unknown names are being waited for already"));
    CompletableFuture<PeerId> future =
        waiting.computeIfAbsent(alias, name -> new CompletableFuture<>());
    // It may have been pinned between the caller's look and now.
    peer(alias).or(() -> announcedPeer(alias)).ifPresent(future::complete);
    return future;
  }

  void stopWaiting(String alias, CompletableFuture<PeerId> future) {
    waiting.remove(alias, future);
  }
}
