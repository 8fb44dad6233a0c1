package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.network.TestNodes.await;
import static org.openagi.p2p.network.TestNodes.awaitNames;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.DialException;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.network.config.ConfigException;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.openagi.p2p.network.event.NetworkEvent.PeerConnected;
import org.openagi.p2p.network.event.NetworkEvent.PeerDisconnected;
import org.openagi.p2p.network.event.NetworkEvent.PeerIdentified;
import org.openagi.p2p.network.event.NetworkEvent.SecurityEvent;
import org.openagi.p2p.network.event.NetworkEvent.Threat;
import org.openagi.p2p.network.keystore.DataFolderException;

@Timeout(150)
class P2PNetworkManagerTest {
  @TempDir
  Path folder;

  @AutoClose
  private final TestNodes nodes = new TestNodes(() -> folder);

  @Test
  void nodesTellEachOtherTheirNamesAndTypes() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob =
        nodes.start("bob", "bob", builder -> builder.nodeType(NodeType.STORAGE), alice);
    awaitNames(alice, bob);
    PeerInfo info = alice.getPeerInfo("bob").orElseThrow();
    assertEquals(bob.identity().peerId(), info.peerId());
    assertEquals(Optional.of(NodeType.STORAGE), info.nodeType());
    assertTrue(info.bytesIn() > 0 && info.bytesOut() > 0);
    assertEquals(
        info.peerId(), alice.getPeerInfo(info.peerId().toString()).orElseThrow().peerId());
    assertEquals(Optional.empty(), alice.getPeerInfo("carol"));
    nodes.awaitEvent(alice, PeerIdentified.class, event -> event.alias().equals("bob"));
    assertEquals(
        List.of(info.peerId()),
        nodes.events(alice, PeerConnected.class, event -> event.inbound()).stream()
            .map(PeerConnected::peer)
            .toList());
  }

  @Test
  void discoverPeersReturnsWhoIsConnected() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    P2PNetworkManager carol = nodes.start("carol", alice, bob);
    awaitNames(alice, bob, carol);
    assertEquals(
        List.of("alice", "bob"),
        carol.discoverPeers().orTimeout(40, TimeUnit.SECONDS).join().stream()
            .map(PeerInfo::displayName)
            .toList());
    NetworkStats stats = carol.getNetworkStats();
    assertEquals(2, stats.connectedPeers());
    assertTrue(stats.bytesIn() > 0);
  }

  @Test
  void aNodeThatStopsIsNoticedAndFoundAgainWhenItReturns() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    bob.stopServer().join();
    PeerDisconnected gone = nodes.awaitEvent(alice, PeerDisconnected.class, event -> true);
    assertEquals(Optional.of("bob"), gone.alias());
    assertThrows(IllegalStateException.class, bob::host);
    bob.startServer().join();
    awaitNames(alice, bob);
  }

  @Test
  void peersOfLastTimeAreRemembered() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    bob.close();
    await("bob is gone", () -> alice.connectedPeers().isEmpty());
    P2PNetworkManager again = nodes.start("bob"); // the same folder, and told of nobody
    awaitNames(alice, again);
  }

  @Test
  void anotherKeyUnderAKnownNameIsRefusedByTheListener() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    bob.close();
    P2PNetworkManager impostor = nodes.start("bob", "impostor", UnaryOperator.identity(), alice);
    assertRefused(alice, impostor);
  }

  @Test
  void anotherKeyUnderAKnownNameIsRefusedByTheDialer() {
    P2PNetworkManager bob = nodes.start("bob");
    P2PNetworkManager alice = nodes.start("alice", bob);
    awaitNames(alice, bob);
    bob.close();
    P2PNetworkManager impostor = nodes.start("bob", "impostor", UnaryOperator.identity());
    alice.connect(impostor.addresses().getFirst().toString()).join();
    assertRefused(alice, impostor);
  }

  private void assertRefused(P2PNetworkManager alice, P2PNetworkManager impostor) {
    SecurityEvent refusal =
        nodes.awaitEvent(alice, SecurityEvent.class, event -> event.what() == Threat.NAME_TAKEN);
    assertEquals(impostor.identity().peerId(), refusal.who());
    assertTrue(refusal.remedy().contains(" --forget bob"), refusal.remedy());
    SecurityEvent told = nodes.awaitEvent(
        impostor, SecurityEvent.class, event -> event.what() == Threat.NAME_REFUSED_BY_PEER);
    assertEquals(alice.identity().peerId(), told.who());
    assertTrue(told.cause().contains("NAME_TAKEN"), told.cause());
    await("both closed", () -> alice.connectedPeers().isEmpty());
    await("both closed", () -> impostor.connectedPeers().isEmpty());
    PeerDisconnected closed = nodes.awaitEvent(
        alice, PeerDisconnected.class, event -> event.peer().equals(refusal.who()));
    assertTrue(closed.reason().contains("NAME_TAKEN"), closed.reason());
  }

  @Test
  void aForgottenNameMayBeTakenByAnotherKey() throws IOException {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    bob.close();
    assertTrue(alice.forgetPeer("bob"));
    assertFalse(alice.forgetPeer("bob"));
    P2PNetworkManager other = nodes.start("bob", "other", UnaryOperator.identity(), alice);
    awaitNames(alice, other);
    assertEquals(
        other.identity().peerId(), alice.getPeerInfo("bob").orElseThrow().peerId());
  }

  @Test
  void aKnownKeyMayTakeAnotherName() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    bob.close();
    P2PNetworkManager renamed = nodes.start("robert", "bob", UnaryOperator.identity(), alice);
    awaitNames(alice, renamed);
    SecurityEvent event =
        nodes.awaitEvent(alice, SecurityEvent.class, each -> each.what() == Threat.NAME_CHANGED);
    assertEquals(renamed.identity().peerId(), event.who());
    assertEquals(Optional.empty(), alice.getPeerInfo("bob"));
  }

  @Test
  void twoNodesOfOneNameRefuseEachOther() {
    P2PNetworkManager one = nodes.start("twin", "one", UnaryOperator.identity());
    P2PNetworkManager two = nodes.start("twin", "two", UnaryOperator.identity(), one);
    nodes.awaitEvent(one, SecurityEvent.class, e -> e.what() == Threat.OWN_NAME_CLAIMED);
    nodes.awaitEvent(two, SecurityEvent.class, e -> e.what() == Threat.OWN_NAME_CLAIMED);
    await("closed", () -> one.connectedPeers().isEmpty() && two.connectedPeers().isEmpty());
  }

  @Test
  void aPeerBeyondTheLimitIsRefusedWithAReasonOnBothSides() {
    P2PNetworkManager small =
        nodes.start("small", "small", builder -> builder.set("max_connections", "1"));
    P2PNetworkManager first = nodes.start("first", small);
    awaitNames(small, first);
    P2PNetworkManager second = nodes.start("second", small);
    FaultEvent here =
        nodes.awaitEvent(small, FaultEvent.class, e -> e.what() == Fault.CONNECTION_REFUSED);
    assertTrue(here.cause().contains("max_connections"), here.cause());
    FaultEvent there =
        nodes.awaitEvent(second, FaultEvent.class, e -> e.what() == Fault.CONNECTION_REFUSED);
    assertTrue(there.cause().contains("max_connections"), there.cause());
  }

  @Test
  void aPeerIsNamedByAliasPeerIdOrAddress() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob");
    PeerInfo byAddress = bob.connect(alice.addresses().getFirst().toString()).join();
    assertEquals(alice.identity().peerId(), byAddress.peerId());
    String nameless = alice.addresses().getFirst().withoutPeerId().toString();
    assertEquals(byAddress.peerId(), bob.connect(nameless).join().peerId());
    awaitNames(alice, bob);
    assertEquals(byAddress.peerId(), bob.connect("alice").join().peerId());
    assertEquals(
        byAddress.peerId(), bob.connect(byAddress.peerId().toString()).join().peerId());
    assertTrue(bob.ping("alice").join().isPositive());
  }

  @Test
  void whoeverAsksIsToldTheCauseHoweverOftenItFailedBefore() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob");
    PeerId stranger = PeerId.parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
    Multiaddr address = bob.addresses().getFirst().withoutPeerId().withPeerId(stranger);
    for (int i = 0; i < 4; i++) {
      for (String peer : List.of(address.toString(), stranger.toString())) {
        CompletionException failure =
            assertThrows(CompletionException.class, () -> alice.connect(peer).join());
        DialException cause = assertInstanceOf(DialException.class, failure.getCause());
        assertEquals(DialException.Kind.WRONG_PEER, cause.kind(), cause.getMessage());
      }
    }
  }

  @Test
  void anUnknownNameFailsWithWhatWasLookedAt() {
    P2PNetworkManager alice =
        nodes.start("alice", "alice", builder -> builder.set("discovery_timeout", "0.2"));
    CompletionException failure =
        assertThrows(CompletionException.class, () -> alice.connect("nobody").join());
    assertInstanceOf(UnknownPeerException.class, failure.getCause());
    assertTrue(
        failure.getCause().getMessage().startsWith("no peer called 'nobody' was found in 0.2 s"),
        failure.getCause().getMessage());
  }

  @Test
  void aNameIsWaitedForWhileItsPeerTurnsUp() {
    P2PNetworkManager alice =
        nodes.start("alice", "alice", builder -> builder.set("discovery_timeout", "20"));
    var waiting = alice.connect("bob");
    P2PNetworkManager bob = nodes.start("bob", alice);
    assertEquals(
        bob.identity().peerId(), waiting.orTimeout(40, TimeUnit.SECONDS).join().peerId());
  }

  @Test
  void ownProtocolsAreServedWithBackPressure() throws Exception {
    P2PNetworkManager alice = nodes.start(
        "alice",
        "alice",
        builder -> builder.protocol("/upper/1.0.0", stream -> {
          try {
            String text = new String(stream.input().readAllBytes());
            stream.output().write(text.toUpperCase(java.util.Locale.ROOT).getBytes());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }));
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    try (var stream = bob.host()
        .newStream(alice.identity().peerId(), "/upper/1.0.0")
        .toCompletableFuture()
        .get(40, TimeUnit.SECONDS)) {
      stream.output().write("hello".getBytes());
      stream.closeWrite();
      assertEquals("HELLO", new String(stream.input().readAllBytes()));
    }
  }

  @Test
  void aFolderInUseIsAnErrorOfOneLineAndTheNodeCanStartLater() {
    P2PNetworkManager first = nodes.start("a");
    P2PNetworkManager second = nodes.prepare("a", "a", UnaryOperator.identity());
    CompletionException failure =
        assertThrows(CompletionException.class, () -> second.startServer().join());
    assertInstanceOf(DataFolderException.class, failure.getCause());
    assertFalse(second.isRunning());
    first.close();
    second.startServer().join();
    assertTrue(second.isRunning());
  }

  @Test
  void aPortInUseIsAnErrorOfOneLine() {
    P2PNetworkManager first = nodes.start("a");
    String address = first.addresses().getFirst().withoutPeerId().toString();
    P2PNetworkManager second = nodes.prepare("b", "b", b -> b.set("listen", address));
    CompletionException failure =
        assertThrows(CompletionException.class, () -> second.startServer().join());
    assertInstanceOf(IOException.class, failure.getCause());
    String message = String.valueOf(failure.getCause().getMessage());
    assertTrue(message.contains(address.replaceAll(".*/", "")), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void theBuilderReportsAllProblemsTogether() {
    ConfigException failure = assertThrows(ConfigException.class, () -> P2PNetworkManager.builder()
        .nodeId("not a name")
        .port(70_000)
        .set("heartbeat", "5")
        .build());
    assertEquals(3, failure.problems().size());
  }

  @Test
  void startingAndStoppingTwiceIsHarmless() {
    P2PNetworkManager node = nodes.prepare("a", "a", UnaryOperator.identity());
    node.stopServer().join();
    assertEquals(node.startServer().join(), node.startServer().join());
    node.stopServer().join();
    node.stopServer().join();
    assertThrows(IllegalStateException.class, node::getNetworkStats);
  }

  @Test
  void aNodeWithoutANameMakesOneOfHostAndKey() {
    P2PNetworkManager node = nodes.start("", "x", UnaryOperator.identity());
    String id = node.identity().peerId().toString();
    assertTrue(node.nodeId().endsWith(id.substring(id.length() - 4)), node.nodeId());
  }

  /** Goal: as many connections as configured, again after one was lost, from one side only. */
  @Test
  void severalConnectionsAreKeptToAPeer() {
    P2PNetworkManager bob =
        nodes.start("bob", "bob", builder -> builder.set("connections_per_peer", "2"));
    P2PNetworkManager alice =
        nodes.start("alice", "alice", builder -> builder.set("connections_per_peer", "3"), bob);
    awaitNames(alice, bob);
    await("three", () -> alice.host().connections().size() == 3);
    Connection lost = alice.host().connections().getFirst();
    lost.abort(new CloseReason(CloseReason.Kind.CONNECTION_LOST, "cut by the test"));
    await("another", () -> alice.host().connections().size() == 3 && !lost.isOpen());
    assertTrue(alice.host().connections().stream()
        .allMatch(each -> each.direction() == Direction.OUTBOUND));
    assertEquals(1, alice.connectedPeers().size());
  }
}
