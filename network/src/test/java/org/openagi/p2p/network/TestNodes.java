package org.openagi.p2p.network;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.testkit.Await;

/** Nodes on the loopback interface that know each other by address only, and all they reported. */
final class TestNodes implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Supplier<Path> folder;
  private final List<P2PNetworkManager> managers = new ArrayList<>();
  private final Map<P2PNetworkManager, List<NetworkEvent>> events = new IdentityHashMap<>();

  TestNodes(Path folder) {
    this(() -> folder);
  }

  /** @param folder asked when the first node is made: a test's fields get their folders late */
  TestNodes(Supplier<Path> folder) {
    this.folder = folder;
  }

  /** A running node. */
  P2PNetworkManager start(String name, P2PNetworkManager... peers) {
    return start(name, name, builder -> builder, peers);
  }

  /** A running node whose data folder is not named as it is. */
  P2PNetworkManager start(
      String name,
      String folderName,
      UnaryOperator<P2PNetworkManager.Builder> changes,
      P2PNetworkManager... peers) {
    P2PNetworkManager manager = prepare(name, folderName, changes, peers);
    manager.startServer().orTimeout(40, TimeUnit.SECONDS).join();
    return manager;
  }

  /** A node that is not started. */
  P2PNetworkManager prepare(
      String name,
      String folderName,
      UnaryOperator<P2PNetworkManager.Builder> changes,
      P2PNetworkManager... peers) {
    List<String> addresses = List.of(peers).stream()
        .map(peer -> peer.addresses().getFirst())
        .map(Multiaddr::toString)
        .toList();
    P2PNetworkManager manager = changes
        .apply(P2PNetworkManager.builder()
            .nodeId(name)
            .dataFolder(folder.get().resolve(folderName))
            .set("discovery", "manual")
            .set("listen", "/ip4/127.0.0.1/tcp/0")
            .set("bandwidth_limit", "0")
            .set("stop_timeout", "1")
            .set("peers", String.join(",", addresses)))
        .build();
    managers.add(manager);
    List<NetworkEvent> seen = Collections.synchronizedList(new ArrayList<>());
    events.put(manager, seen);
    manager.events().subscribe(seen::add);
    return manager;
  }

  /** Waits until each has told its name to each other. */
  static void awaitNames(P2PNetworkManager... nodes) {
    for (P2PNetworkManager node : nodes)
      for (P2PNetworkManager other : nodes)
        if (node != other)
          await(node.nodeId() + " knows " + other.nodeId(), () -> knows(node, other));
  }

  private static boolean knows(P2PNetworkManager node, P2PNetworkManager other) {
    return node.getPeerInfo(other.nodeId())
        .filter(info -> info.connected() && info.nodeType().isPresent())
        .isPresent();
  }

  /** Waits for an event and returns it. */
  <E extends NetworkEvent> E awaitEvent(
      P2PNetworkManager manager, Class<E> kind, Predicate<? super E> wanted) {
    await(kind.getSimpleName(), () -> !events(manager, kind, wanted).isEmpty());
    return events(manager, kind, wanted).getFirst();
  }

  <E extends NetworkEvent> List<E> events(
      P2PNetworkManager manager, Class<E> kind, Predicate<? super E> wanted) {
    List<NetworkEvent> seen = events.getOrDefault(manager, List.of());
    synchronized (seen) {
      return seen.stream()
          .filter(kind::isInstance)
          .map(kind::cast)
          .filter(wanted)
          .toList();
    }
  }

  static void await(String what, BooleanSupplier condition) {
    Await.until(PATIENCE, what, condition);
  }

  @Override
  public void close() {
    managers.forEach(P2PNetworkManager::close);
  }
}
