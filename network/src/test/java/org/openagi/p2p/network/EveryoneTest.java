package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.network.overlay.Everyone;

/** Messages to everyone over the tree of the overlay. */
class EveryoneTest {
  @TempDir
  Path folder;

  @AutoClose
  private final TestNodes nodes = new TestNodes(() -> folder);

  private static BlockingQueue<NetworkMessage> inbox(P2PNetworkManager node) {
    BlockingQueue<NetworkMessage> inbox = new LinkedBlockingQueue<>();
    node.registerMessageHandler(inbox::add);
    return inbox;
  }

  private static void awaitLinked(P2PNetworkManager a, P2PNetworkManager b) {
    for (P2PNetworkManager node : List.of(a, b)) {
      P2PNetworkManager other = node == a ? b : a;
      TestNodes.await("neighbours", () -> node.overlay()
          .ask(n -> n.neighbours().contains(other.identity().peerId()))
          .join());
    }
  }

  private static Outcome outcome(Delivery delivery) {
    return delivery.outcome().orTimeout(40, TimeUnit.SECONDS).join();
  }

  @Test
  void messagesPassOnToNodesThatTheirSenderIsNotLinkedTo() throws InterruptedException {
    List<P2PNetworkManager> chain = new ArrayList<>(List.of(nodes.start("a")));
    List<BlockingQueue<NetworkMessage>> inboxes = new ArrayList<>(List.of(inbox(chain.getFirst())));
    for (String name : List.of("b", "c", "d")) {
      P2PNetworkManager made = nodes.start(name, chain.getLast());
      awaitLinked(chain.getLast(), made);
      chain.add(made);
      inboxes.add(inbox(made));
    }
    List<Delivery> sent = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      sent.add(chain.getFirst().submit(NetworkMessage.text("*", "to all " + i)));
    }
    for (Delivery each : sent) assertTrue(outcome(each).isAcknowledged());
    for (int node = 1; node < 4; node++) {
      for (int i = 0; i < 50; i++) {
        NetworkMessage got = inboxes.get(node).poll(40, TimeUnit.SECONDS);
        assertEquals("to all " + i, got.text(), "at node " + node);
        assertEquals(sent.get(i).messageId(), got.messageId());
        assertEquals("*", got.recipientId());
      }
      assertNull(inboxes.get(node).poll());
    }
    assertNull(inboxes.getFirst().poll(), "the sender gets nothing");
  }

  @Test
  void whatCannotGoToEveryoneIsRefusedWithItsReason() {
    P2PNetworkManager alone = nodes.start("alone");
    Outcome nobody = outcome(alone.submit(NetworkMessage.text("*", "anybody?")));
    assertEquals(
        RefusalReason.NO_PROTOCOL,
        assertInstanceOf(Outcome.Refused.class, nobody).reason());
    byte[] large = new byte[Everyone.MAX_PAYLOAD_BYTES + 1];
    Outcome tooLarge = outcome(alone.submit(NetworkMessage.data("*", Bytes.wrap(large))));
    Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, tooLarge);
    assertEquals(RefusalReason.TOO_LARGE, refused.reason());
    assertTrue(refused.detail().contains(String.valueOf(large.length)), refused.detail());
  }

  @Test
  void theLargestMessageArrives() throws InterruptedException {
    P2PNetworkManager a = nodes.start("a");
    P2PNetworkManager b = nodes.start("b", a);
    awaitLinked(a, b);
    BlockingQueue<NetworkMessage> atB = inbox(b);
    Bytes payload = Bytes.wrap(new byte[Everyone.MAX_PAYLOAD_BYTES]);
    NetworkMessage message = NetworkMessage.builder()
        .recipientId("*")
        .messageId("x".repeat(NetworkMessage.MAX_ID_BYTES))
        .payload(payload)
        .build();
    CompletableFuture<Outcome> told = new CompletableFuture<>();
    DeliveryOptions options = DeliveryOptions.DEFAULT
        .withLifetime(Duration.ofSeconds(30))
        .withListener((delivery, end) -> told.complete(end));
    assertTrue(outcome(a.submit(message, options)).isAcknowledged());
    assertTrue(told.orTimeout(40, TimeUnit.SECONDS).join().isAcknowledged());
    NetworkMessage got = atB.poll(40, TimeUnit.SECONDS);
    assertEquals(payload, got.payload());
    assertEquals(message.messageId(), got.messageId());
  }

  @Test
  void aHandlerThatThrowsGetsTheMessageAgain() {
    P2PNetworkManager a = nodes.start("a");
    P2PNetworkManager b = nodes.start("b", a);
    awaitLinked(a, b);
    AtomicInteger calls = new AtomicInteger();
    CompletableFuture<Integer> attempt = new CompletableFuture<>();
    b.registerMessageHandler(message -> {
      if (calls.incrementAndGet() < 3) throw new IllegalStateException("not yet");
      attempt.complete(message.attempt());
    });
    assertTrue(outcome(a.submit(NetworkMessage.text("*", "again"))).isAcknowledged());
    assertEquals(3, attempt.orTimeout(40, TimeUnit.SECONDS).join());
  }
}
