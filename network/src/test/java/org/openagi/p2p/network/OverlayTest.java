package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.overlay.health.HealthState;
import org.openagi.p2p.overlay.node.OverlayNode;

/** The overlay of nodes on the loopback interface. */
class OverlayTest {
  @TempDir
  Path folder;

  @AutoClose
  private final TestNodes nodes = new TestNodes(() -> folder);

  private static <T> T ask(P2PNetworkManager node, Function<OverlayNode, T> question) {
    return node.overlay().ask(question).orTimeout(10, TimeUnit.SECONDS).join();
  }

  private static PeerId id(P2PNetworkManager node) {
    return node.identity().peerId();
  }

  @Test
  void nodesThatAreConnectedAreNeighboursAndMeasureTheirLink() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    for (P2PNetworkManager node : new P2PNetworkManager[] {alice, bob}) {
      P2PNetworkManager other = node == alice ? bob : alice;
      TestNodes.await("neighbours", () -> ask(node, n -> n.neighbours().contains(id(other))));
      TestNodes.await(
          "a round trip",
          () -> ask(
              node,
              n -> n.health().quality(id(other)).rttMicros() > 0
                  && n.health().state(id(other)).equals(Optional.of(HealthState.HEALTHY))));
    }
  }

  @RepeatedTest(5)
  void ofTwoConnectionsTheSuperfluousOneIsClosedAndTheLinkStays() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob");
    Host a = alice.host();
    Host b = bob.host();
    List<CompletableFuture<?>> dials = List.of(
        a.connect(id(bob), bob.addresses()).toCompletableFuture(),
        b.connect(id(alice), alice.addresses()).toCompletableFuture());
    dials.forEach(dial -> dial.orTimeout(20, TimeUnit.SECONDS).join());
    TestNodes.await("neighbours", () -> ask(alice, n -> n.neighbours().contains(id(bob))));
    TestNodes.await("both know", () -> ask(bob, n -> n.neighbours().contains(id(alice))));
    TestNodes.await(
        "one is left", () -> a.connections().size() == 1 && b.connections().size() == 1);
    BlockingQueue<NetworkMessage> inbox = new LinkedBlockingQueue<>();
    bob.registerMessageHandler(inbox::add);
    assertTrue(alice.sendMessage(NetworkMessage.text("*", "still here"), "*").join());
    TestNodes.await("told over the streams that moved", () -> inbox.peek() != null);
    assertEquals(0, alice.overlay().violations());
  }

  @Test
  void everyNodeLearnsTheWholeGraph() {
    P2PNetworkManager a = nodes.start("a");
    P2PNetworkManager b = nodes.start("b", a);
    P2PNetworkManager c = nodes.start("c", b);
    Set<PeerId> all = Set.of(id(a), id(b), id(c));
    for (P2PNetworkManager node : new P2PNetworkManager[] {a, b, c}) {
      TestNodes.await("adverts of all", () -> ask(node, OverlayTest::origins).equals(all));
      TestNodes.await("a way to all", () -> all.stream()
          .filter(peer -> !peer.equals(id(node)))
          .allMatch(peer ->
              ask(node, n -> !n.linkStates().route(peer, System.nanoTime()).isEmpty())));
    }
  }

  private static Set<PeerId> origins(OverlayNode node) {
    return node.linkStates().adverts().stream()
        .map(advert -> advert.origin())
        .collect(Collectors.toSet());
  }

  @Test
  void aNodeThatLeavesIsANeighbourNoMore() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    PeerId bobId = id(bob);
    TestNodes.await("neighbours", () -> ask(alice, n -> n.neighbours().contains(bobId)));
    bob.close();
    TestNodes.await("bob is gone", () -> ask(alice, n -> n.neighbours().isEmpty()));
    assertEquals(0, alice.overlay().violations());
  }

  @Test
  void aNodeThatWasNeverMetIsKnownByTheNameItGave() {
    P2PNetworkManager a = nodes.start("a");
    P2PNetworkManager b = nodes.start("b", a);
    P2PNetworkManager c = nodes.start("c", b);
    c.registerMessageHandler(message -> {});
    TestNodes.await("a knows c by name", () -> a.peerId("c").equals(Optional.of(id(c))));
    assertEquals(Optional.of("c"), a.nameOf(id(c)));
    assertEquals(Optional.of("a"), a.nameOf(id(a)));
    assertTrue(a.sendMessage(NetworkMessage.text("c", "hello"), "c").join());
    TestNodes.await(
        "pinned at first use", () -> a.getPeerInfo("c").orElseThrow().alias().isPresent());
  }
}
