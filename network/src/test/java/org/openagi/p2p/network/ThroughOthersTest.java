package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;

/** Messages to a peer that is away, over the overlay of real nodes. */
class ThroughOthersTest {
  private static final DeliveryOptions LONG =
      DeliveryOptions.DEFAULT.withLifetime(Duration.ofMinutes(5));

  @TempDir
  Path folder;

  @AutoClose
  private final TestNodes nodes = new TestNodes(() -> folder);

  private static void awaitNeighbours(P2PNetworkManager a, P2PNetworkManager b) {
    TestNodes.await("neighbours", () -> a.overlay()
        .ask(node -> node.neighbours().contains(b.identity().peerId()))
        .join());
  }

  private static boolean isKnownToBeSealedFor(P2PNetworkManager node, PeerId peer) {
    return node.overlay().ask(n -> n.relay().sealKey(peer).isPresent()).join();
  }

  @Test
  void mailOfASenderThatWentAwayArrivesOnceAndIsReceipted() throws Exception {
    P2PNetworkManager keeper = nodes.start(
        "keeper", "keeper", builder -> builder.set("node_type", NodeType.STORAGE.name()));
    P2PNetworkManager alice = nodes.start("alice", keeper);
    P2PNetworkManager dave = nodes.start("dave", keeper);
    awaitNeighbours(keeper, alice);
    awaitNeighbours(keeper, dave);
    PeerId daveId = dave.identity().peerId();
    TestNodes.await("dave's key", () -> isKnownToBeSealedFor(alice, daveId));
    dave.stopServer().orTimeout(40, TimeUnit.SECONDS).join();
    Delivery delivery =
        alice.submit(NetworkMessage.text(daveId.toString(), "while you were away"), LONG);
    TestNodes.await(
        "mail",
        () -> alice.trace(delivery.messageId()).map(Object::toString).orElse("").contains("TAKEN"));
    String id = delivery.messageId();
    alice.stopServer().orTimeout(40, TimeUnit.SECONDS).join();

    P2PNetworkManager back = nodes.prepare("dave", "dave", builder -> builder, keeper);
    BlockingQueue<NetworkMessage> inbox = new LinkedBlockingQueue<>();
    back.registerMessageHandler(inbox::add);
    back.startServer().orTimeout(40, TimeUnit.SECONDS).join();
    NetworkMessage got = inbox.poll(40, TimeUnit.SECONDS);
    assertEquals("while you were away", got == null ? "nothing" : got.text());
    assertEquals(id, got == null ? "" : got.messageId());
    TestNodes.await(
        "receipt sent",
        () -> back.getNetworkStats().messages().parcels().received().receiptsSent() > 0);
    back.stopServer().orTimeout(40, TimeUnit.SECONDS).join();

    P2PNetworkManager again = nodes.prepare("alice", "alice", builder -> builder, keeper);
    again.startServer().orTimeout(40, TimeUnit.SECONDS).join();
    TestNodes.await("receipt", () -> again.messageQueue().waiting(null).isEmpty());
    assertTrue(inbox.isEmpty());
  }
}
