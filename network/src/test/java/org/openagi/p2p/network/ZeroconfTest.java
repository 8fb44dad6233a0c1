package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.network.TestNodes.awaitNames;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.event.NetworkEvent.PeerConnected;
import org.openagi.p2p.network.event.NetworkEvent.PeerDisconnected;
import org.openagi.p2p.network.event.NetworkEvent.PeerDiscovered;

/** Discovery by multicast DNS, on the loopback interface and under a service name of its own. */
@Timeout(150)
class ZeroconfTest {
  @TempDir
  Path folder;

  private final String service = "_p2p-" + ProcessHandle.current().pid() + "t._udp.local";

  @Test
  void threeNodesFindEachOtherAndOneThatComesBack() {
    try (TestNodes nodes = new TestNodes(folder)) {
      P2PNetworkManager alice = nodes.start("alice", "alice", zeroconf());
      P2PNetworkManager bob = nodes.start("bob", "bob", zeroconf());
      P2PNetworkManager carol = nodes.start("carol", "carol", zeroconf());
      awaitNames(alice, bob, carol);
      carol.registerMessageHandler(message -> {});
      assertTrue(bob.sendMessage(NetworkMessage.text("carol", "hi"), "carol")
          .orTimeout(40, TimeUnit.SECONDS)
          .join());
      assertEquals(
          List.of("bob", "carol"),
          alice.discoverPeers().orTimeout(40, TimeUnit.SECONDS).join().stream()
              .map(PeerInfo::displayName)
              .toList());

      bob.stopServer().join();
      nodes.awaitEvent(alice, PeerDisconnected.class, event -> true);
      bob.startServer().join();
      awaitNames(alice, bob, carol);
      assertTrue(!nodes.events(alice, PeerDiscovered.class, event -> true).isEmpty());
    }
  }

  /** Goal: nodes that see each other at the same moment make one connection, not two. */
  @Test
  void aPairMakesOneConnection() {
    try (TestNodes nodes = new TestNodes(folder)) {
      P2PNetworkManager alice = nodes.start("alice", "alice", zeroconf());
      P2PNetworkManager bob = nodes.start("bob", "bob", zeroconf());
      awaitNames(alice, bob);
      alice.discoverPeers().join();
      assertEquals(1, nodes.events(alice, PeerConnected.class, event -> true).size());
      TestNodes.await("one is left", () -> alice.host().connections().size() == 1);
      TestNodes.await("one is left", () -> bob.getNetworkStats().connections() == 1);
    }
  }

  private UnaryOperator<P2PNetworkManager.Builder> zeroconf() {
    return builder -> builder
        .set("discovery", "zeroconf")
        .set("interfaces", "lo")
        .set("listen", "")
        .set("service", service);
  }
}
