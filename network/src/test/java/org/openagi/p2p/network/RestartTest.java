package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.network.TestNodes.await;
import static org.openagi.p2p.network.TestNodes.awaitNames;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.KeptException;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.StoreStats;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;

/** What a node knows of its messages after it was stopped and started again, over the journal in its folder. */
@Timeout(150)
class RestartTest {
  @TempDir
  Path folder;

  @AutoClose
  private final TestNodes nodes = new TestNodes(() -> folder);

  /** Alice, who has met bob. Bob is away now. */
  private P2PNetworkManager aliceWithoutBob(UnaryOperator<P2PNetworkManager.Builder> changes) {
    P2PNetworkManager alice = nodes.start("alice", "alice", changes);
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    bob.close();
    await("bob is gone", () -> alice.connectedPeers().isEmpty());
    return alice;
  }

  private static void accepted(Delivery delivery) {
    delivery.accepted().orTimeout(40, TimeUnit.SECONDS).join();
  }

  private static Outcome end(Delivery delivery) {
    return delivery.outcome().orTimeout(40, TimeUnit.SECONDS).join();
  }

  private static BlockingQueue<NetworkMessage> inbox(P2PNetworkManager manager, MessageType type) {
    BlockingQueue<NetworkMessage> received = new LinkedBlockingQueue<>();
    manager.registerMessageHandler(type, received::add);
    return received;
  }

  private static NetworkMessage next(BlockingQueue<NetworkMessage> received) throws Exception {
    NetworkMessage message = received.poll(40, TimeUnit.SECONDS);
    assertTrue(message != null, "nothing came");
    return message;
  }

  @Test
  void whatWaitsAtTheEndIsKeptAndArrivesAfterTheNextStart() throws Exception {
    P2PNetworkManager alice = aliceWithoutBob(UnaryOperator.identity());
    Delivery kept = alice.submit(NetworkMessage.text("bob", "kept"));
    accepted(kept);
    // Nobody waits for this one to be durable before the node stops.
    CompletableFuture<Boolean> sent = alice.sendMessage(
        NetworkMessage.builder()
            .messageId("mine")
            .recipientId("bob")
            .payload("sent")
            .build(),
        "bob");
    alice.close();
    assertEquals(Delivery.State.KEPT, kept.state());
    Outcome.Kept outcome = assertInstanceOf(Outcome.Kept.class, end(kept));
    assertTrue(outcome.reason().contains("next start"), outcome.reason());
    CompletionException unknown = assertThrows(
        CompletionException.class, () -> sent.orTimeout(40, TimeUnit.SECONDS).join());
    KeptException why = assertInstanceOf(KeptException.class, unknown.getCause());
    assertEquals("mine", why.messageId());
    assertEquals(
        List.of(), nodes.events(alice, FaultEvent.class, e -> e.what() == Fault.MESSAGE_LOST));

    P2PNetworkManager again = nodes.start("alice");
    Delivery found = again.delivery(kept.messageId()).orElseThrow();
    assertEquals(Delivery.State.QUEUED, found.state());
    assertEquals("kept", found.message().text());
    Delivery mine = again.delivery("mine").orElseThrow();
    P2PNetworkManager bob = nodes.prepare("bob", "bob", builder -> builder, again);
    BlockingQueue<NetworkMessage> received = inbox(bob, MessageType.DATA);
    bob.startServer().orTimeout(40, TimeUnit.SECONDS).join();
    assertEquals("kept", next(received).text());
    assertEquals("sent", next(received).text());
    assertTrue(end(found).isAcknowledged());
    assertTrue(end(mine).isAcknowledged());
    assertTrue(end(again.delivery("mine").orElseThrow()).isAcknowledged());
    assertTrue(end(again.delivery(kept.messageId()).orElseThrow()).isAcknowledged());
    assertEquals(0, received.size());
  }

  @Test
  void withoutAJournalTheyAreRefused() {
    P2PNetworkManager alice = aliceWithoutBob(builder -> builder.set("store", "memory"));
    Delivery waiting = alice.submit(NetworkMessage.text("bob", "gone"));
    alice.close();
    Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, end(waiting));
    assertEquals(RefusalReason.CLOSED, refused.reason());
    assertEquals(false, waiting.acknowledged().join());
  }

  @Test
  void errorHandlersOfTheNextProcessLearnWhatBecameOfThem() throws Exception {
    P2PNetworkManager alice = aliceWithoutBob(UnaryOperator.identity());
    Delivery expiring = alice.submit(
        NetworkMessage.text("bob", "late"),
        DeliveryOptions.DEFAULT.withLifetime(Duration.ofMillis(1500)));
    Delivery refused = alice.submit(
        NetworkMessage.builder().messageId("nobody-takes").recipientId("bob").build());
    accepted(expiring);
    accepted(refused);
    alice.close();

    P2PNetworkManager again = nodes.prepare("alice", "alice", builder -> builder);
    BlockingQueue<NetworkMessage> errors = inbox(again, MessageType.ERROR);
    again.startServer().orTimeout(40, TimeUnit.SECONDS).join();
    String expired = next(errors).text();
    assertTrue(expired.startsWith("EXPIRED " + expiring.messageId()), expired);
    Delivery dead = again.delivery(expiring.messageId()).orElseThrow();
    assertEquals(Delivery.State.EXPIRED, dead.state());
    assertEquals("late", dead.message().text());

    nodes.start("bob", again);
    String unwanted = next(errors).text();
    assertTrue(unwanted.startsWith("NO_HANDLER nobody-takes"), unwanted);
    again.close();

    P2PNetworkManager third = nodes.start("alice");
    assertEquals(
        Delivery.State.EXPIRED,
        third.delivery(expiring.messageId()).orElseThrow().state());
    Outcome.Refused known = assertInstanceOf(
        Outcome.Refused.class, end(third.delivery("nobody-takes").orElseThrow()));
    assertEquals(RefusalReason.NO_HANDLER, known.reason());
    assertEquals(2, third.messageQueue().deadLetters(null).size());
  }

  @Test
  void moreDeadLettersThanAllowedAreCountedAndReported() {
    P2PNetworkManager alice = aliceWithoutBob(builder -> builder.set("dead_letters", "2"));
    DeliveryOptions brief = DeliveryOptions.DEFAULT.withLifetime(Duration.ofMillis(1));
    List<Delivery> expired = IntStream.range(0, 3)
        .mapToObj(i -> alice.submit(NetworkMessage.text("bob", "late " + i), brief))
        .toList();
    for (Delivery each : expired) end(each);
    FaultEvent told = nodes.awaitEvent(
        alice, FaultEvent.class, event -> event.what() == Fault.DEAD_LETTERS_DROPPED);
    assertTrue(told.consequence().endsWith(expired.getFirst().messageId()), told.consequence());
    StoreStats stats = alice.getNetworkStats().messages().store();
    assertEquals(2, stats.deadLetters());
    assertEquals(1, stats.deadLettersDropped());
    assertTrue(stats.diskBytes() > 0 && stats.diskBytes() < stats.maxDiskBytes(), stats.toString());
    alice.close();

    P2PNetworkManager again =
        nodes.start("alice", "alice", builder -> builder.set("dead_letters", "2"));
    assertEquals(
        expired.stream().skip(1).map(Delivery::messageId).toList(),
        again.messageQueue().deadLetters(null).stream()
            .map(StoredMessage::messageId)
            .toList());
    assertEquals(0, again.getNetworkStats().messages().store().deadLettersDropped());
  }
}
