package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.network.TestNodes.await;
import static org.openagi.p2p.network.TestNodes.awaitNames;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.openagi.p2p.network.event.NetworkEvent.PeerDisconnected;
import org.openagi.p2p.network.transfer.Transfer;
import org.openagi.p2p.network.transfer.TransferOptions;
import org.openagi.p2p.network.transfer.TransferSink;
import org.openagi.p2p.network.transfer.TransferSource;

@Timeout(150)
class MessagesTest {
  @TempDir
  Path folder;

  @AutoClose
  private final TestNodes nodes = new TestNodes(() -> folder);

  @Test
  void threeNodesExchangeMessagesInAllDirections() throws InterruptedException {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    P2PNetworkManager carol = nodes.start("carol", alice, bob);
    awaitNames(alice, bob, carol);
    List<P2PNetworkManager> all = List.of(alice, bob, carol);
    for (P2PNetworkManager receiver : all) {
      BlockingQueue<NetworkMessage> received = inbox(receiver);
      for (P2PNetworkManager sender : all) {
        if (sender == receiver) continue;
        NetworkMessage message = NetworkMessage.text("*", "from " + sender.nodeId());
        assertTrue(send(sender, message, receiver.nodeId()));
        NetworkMessage seen = received.poll(40, TimeUnit.SECONDS);
        assertEquals(sender.nodeId(), seen.senderId());
        assertEquals(receiver.nodeId(), seen.recipientId());
        assertEquals("from " + sender.nodeId(), seen.text());
      }
    }
    assertEquals(2, alice.getNetworkStats().messages().received().messagesHandled());
  }

  @Test
  void aMessageReachesEveryone() throws InterruptedException {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    P2PNetworkManager carol = nodes.start("carol", alice);
    awaitNames(alice, bob);
    awaitNames(alice, carol);
    BlockingQueue<NetworkMessage> atBob = inbox(bob);
    BlockingQueue<NetworkMessage> atCarol = inbox(carol);
    Delivery delivery = alice.submit(NetworkMessage.text("*", "all"));
    assertTrue(delivery.outcome().orTimeout(40, TimeUnit.SECONDS).join().isAcknowledged());
    assertEquals("*", atBob.poll(40, TimeUnit.SECONDS).recipientId());
    assertEquals("all", atCarol.poll(40, TimeUnit.SECONDS).text());
  }

  @Test
  void aRecipientMayBeNamedInAnyWay() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob");
    inbox(bob);
    List<String> names = List.of(
        bob.addresses().getFirst().toString(),
        bob.addresses().getFirst().withoutPeerId().toString(),
        bob.identity().peerId().toString(),
        bob.identity().peerId().toCid(),
        "bob");
    for (String name : names) assertTrue(send(alice, NetworkMessage.text("*", "hi"), name), name);
  }

  @Test
  void aMessageToAnUnknownNameIsNotSentAndTheReasonIsReported() {
    P2PNetworkManager alice =
        nodes.start("alice", "alice", builder -> builder.set("discovery_timeout", "0.1"));
    assertFalse(send(alice, NetworkMessage.text("*", "hi"), "nobody"));
    FaultEvent fault =
        nodes.awaitEvent(alice, FaultEvent.class, event -> event.what() == Fault.MESSAGE_LOST);
    assertTrue(fault.cause().contains("no peer called 'nobody'"), fault.cause());
    Outcome outcome =
        alice.submit(NetworkMessage.text("nobody", "hi")).outcome().join();
    assertEquals(
        RefusalReason.UNKNOWN_PEER,
        assertInstanceOf(Outcome.Refused.class, outcome).reason());
  }

  @Test
  void messagesToANameThatIsNotKnownYetArriveInOrder() throws InterruptedException {
    P2PNetworkManager alice =
        nodes.start("alice", "alice", builder -> builder.set("discovery_timeout", "60"));
    for (int i = 0; i < 50; i++) alice.submit(NetworkMessage.text("bob", "m" + i));
    P2PNetworkManager bob = nodes.prepare("bob", "bob", UnaryOperator.identity(), alice);
    BlockingQueue<NetworkMessage> received = inbox(bob);
    bob.startServer().join();
    int next = 50;
    while (alice.getPeerInfo("bob").isEmpty() && next < 5_000) {
      alice.submit(NetworkMessage.text("bob", "m" + next++));
      Thread.onSpinWait();
    }
    for (int i = 0; i < 50; i++) alice.submit(NetworkMessage.text("bob", "m" + next++));
    for (int i = 0; i < next; i++)
      assertEquals("m" + i, received.poll(40, TimeUnit.SECONDS).text());
  }

  @Test
  void messagesToUnknownNamesAreBounded() {
    P2PNetworkManager alice =
        nodes.start("alice", "alice", builder -> builder.set("discovery_timeout", "60"));
    List<Delivery> deliveries = new ArrayList<>();
    for (int i = 0; i < WaitingRoom.Budget.MESSAGES_MAX + 1; i++)
      deliveries.add(alice.submit(NetworkMessage.text("nobody" + i % 7, "hi")));
    Outcome last =
        deliveries.getLast().outcome().orTimeout(40, TimeUnit.SECONDS).join();
    assertEquals(
        RefusalReason.QUEUE_FULL, assertInstanceOf(Outcome.Refused.class, last).reason());
    assertFalse(deliveries.get(WaitingRoom.Budget.MESSAGES_MAX - 1).state().isEnd());
  }

  @Test
  void namesThatCannotBeAreRefusedAtOnce() {
    P2PNetworkManager alice = nodes.start("alice");
    for (String name : List.of("not a name", "/ip4/1.2.3", "alice"))
      assertEquals(
          RefusalReason.INVALID,
          assertInstanceOf(
                  Outcome.Refused.class,
                  alice.submit(NetworkMessage.text(name, "hi")).outcome().join())
              .reason(),
          name);
    NetworkMessage forged = NetworkMessage.builder()
        .senderId("bob")
        .recipientId("carol")
        .payload("hi")
        .build();
    assertInstanceOf(Outcome.Refused.class, alice.submit(forged).outcome().join());
  }

  @Test
  void aMessageToAPeerThatIsAwayWaitsForItsReturn() throws InterruptedException {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    bob.stopServer().join();
    nodes.awaitEvent(alice, PeerDisconnected.class, event -> true);
    Delivery delivery = alice.submit(NetworkMessage.text("bob", "later"));
    BlockingQueue<NetworkMessage> received = inbox(bob); // registered while it is stopped
    bob.startServer().join();
    assertEquals("later", received.poll(40, TimeUnit.SECONDS).text());
    assertTrue(delivery.outcome().orTimeout(40, TimeUnit.SECONDS).join().isAcknowledged());
  }

  @Test
  void whatNobodyAcknowledgesExpiresAndTheSenderHearsIt() {
    P2PNetworkManager alice =
        nodes.start("alice", "alice", builder -> builder.set("message_timeout", "0.3"));
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    bob.close();
    nodes.awaitEvent(alice, PeerDisconnected.class, event -> true);
    Outcome outcome = alice
        .submit(NetworkMessage.text("bob", "lost"))
        .outcome()
        .orTimeout(40, TimeUnit.SECONDS)
        .join();
    assertInstanceOf(Outcome.Expired.class, outcome);
  }

  @Test
  void aFailingHandlerIsTriedAgainAndReported() throws InterruptedException {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    BlockingQueue<NetworkMessage> received = new LinkedBlockingQueue<>();
    bob.registerMessageHandler(MessageType.DATA, message -> {
      received.add(message);
      if (message.attempt() == 1) throw new IllegalStateException("on purpose");
    });
    awaitNames(alice, bob);
    assertTrue(send(alice, NetworkMessage.text("*", "twice"), "bob"));
    assertEquals(1, received.poll(40, TimeUnit.SECONDS).attempt());
    assertEquals(2, received.poll(40, TimeUnit.SECONDS).attempt());
    nodes.awaitEvent(bob, FaultEvent.class, event -> event.what() == Fault.HANDLER_FAILED);
  }

  @Test
  void aQuickHandlerRunsOnTheEventLoopAndIsReportedWhenItIsNot() throws InterruptedException {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    BlockingQueue<String> threads = new LinkedBlockingQueue<>();
    bob.registerMessageHandler(MessageHandler.quick(message -> {
      threads.add(Thread.currentThread().getName());
      long end = System.nanoTime() + 30_000_000;
      while (message.text().equals("slow") && System.nanoTime() < end) {
        LockSupport.parkNanos(end - System.nanoTime());
      }
    }));
    awaitNames(alice, bob);
    assertTrue(send(alice, NetworkMessage.text("*", "fast"), "bob"));
    String thread = threads.poll(40, TimeUnit.SECONDS);
    assertTrue(thread.startsWith("net-io"), thread);
    assertTrue(send(alice, NetworkMessage.text("*", "slow"), "bob"));
    nodes.awaitEvent(bob, FaultEvent.class, event -> event.what() == Fault.HANDLER_SLOW);
  }

  @Test
  void aTypeWithoutHandlerIsRefusedWithAReason() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    bob.registerMessageHandler(MessageType.CONSENSUS, message -> {});
    awaitNames(alice, bob);
    Outcome outcome = alice
        .submit(NetworkMessage.text("bob", "hi"))
        .outcome()
        .orTimeout(40, TimeUnit.SECONDS)
        .join();
    assertEquals(
        RefusalReason.NO_HANDLER,
        assertInstanceOf(Outcome.Refused.class, outcome).reason());
  }

  @Test
  void stoppingDeliversWhatIsOnItsWay() {
    P2PNetworkManager alice =
        nodes.start("alice", "alice", builder -> builder.set("stop_timeout", "30"));
    P2PNetworkManager bob = nodes.start("bob", alice);
    BlockingQueue<NetworkMessage> received = inbox(bob);
    awaitNames(alice, bob);
    List<Delivery> deliveries = new ArrayList<>();
    IntStream.range(0, 2_000)
        .forEach(i -> deliveries.add(alice.submit(NetworkMessage.text("bob", "m" + i))));
    alice.stopServer().orTimeout(40, TimeUnit.SECONDS).join();
    deliveries.forEach(
        each -> assertTrue(each.outcome().getNow(new Outcome.Expired("")).isAcknowledged()));
    assertEquals(2_000, received.size());
  }

  @Test
  void strictVerificationDeliversToo() throws InterruptedException {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob =
        nodes.start("bob", "bob", builder -> builder.set("verify", "before-delivery"), alice);
    BlockingQueue<NetworkMessage> received = inbox(bob);
    awaitNames(alice, bob);
    assertTrue(send(alice, NetworkMessage.text("*", "checked"), "bob"));
    assertEquals("checked", received.poll(40, TimeUnit.SECONDS).text());
  }

  @Test
  void largePayloadsArrive() throws InterruptedException {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob =
        nodes.start("bob", "bob", builder -> builder.set("security", "noise"), alice);
    BlockingQueue<NetworkMessage> received = inbox(bob);
    awaitNames(alice, bob);
    byte[] payload = new byte[3 << 20];
    new java.util.Random(1).nextBytes(payload);
    assertTrue(send(alice, NetworkMessage.data("*", Bytes.copyOf(payload)), "bob"));
    assertEquals(Bytes.wrap(payload), received.poll(40, TimeUnit.SECONDS).payload());
  }

  /** Goal: DATA keeps the rate and CONSENSUS does not wait for it. Method: 3 MiB at 1 MiB/s. */
  @Test
  void bandwidthIsLimitedAndUrgentMessagesPass() {
    P2PNetworkManager alice =
        nodes.start("alice", "alice", builder -> builder.set("bandwidth_limit", "1048576"));
    P2PNetworkManager bob = nodes.start("bob", alice);
    inbox(bob);
    awaitNames(alice, bob);
    long startNanos = System.nanoTime();
    List<Delivery> bulk = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      byte[] payload = new byte[1 << 20];
      new java.util.Random(i).nextBytes(payload);
      bulk.add(alice.submit(NetworkMessage.data("bob", Bytes.wrap(payload))));
    }
    Delivery urgent = alice.submit(NetworkMessage.of(MessageType.CONSENSUS, "bob", Bytes.EMPTY));
    assertTrue(urgent.outcome().orTimeout(40, TimeUnit.SECONDS).join().isAcknowledged());
    assertFalse(bulk.getLast().state().isEnd());
    assertTrue(bulk.getLast().outcome().orTimeout(40, TimeUnit.SECONDS).join().isAcknowledged());
    long tookMillis = (System.nanoTime() - startNanos) / 1_000_000;
    assertTrue(tookMillis > 1_900, tookMillis + " ms for 3 MiB");
  }

  /** Goal: what is no message keeps the limit as well. Method: 1 MiB at 1 MiB/s, then without a limit. */
  @Test
  void transfersKeepTheLimitAndUrgentMessagesPassThem() throws Exception {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    inbox(bob);
    bob.onTransfer(offer -> offer.acceptTo(TransferSink.to(OutputStream.nullOutputStream())));
    awaitNames(alice, bob);
    alice.setBandwidthLimit("bob", 1 << 20);
    byte[] content = new byte[1 << 20];
    long startNanos = System.nanoTime();
    Transfer limited = stream(alice, content);
    assertTrue(send(alice, NetworkMessage.of(MessageType.CONSENSUS, "bob", Bytes.EMPTY), "bob"));
    assertFalse(limited.outcome().isDone());
    assertTrue(limited.outcome().orTimeout(40, TimeUnit.SECONDS).join().isCompleted());
    long tookMillis = (System.nanoTime() - startNanos) / 1_000_000;
    assertTrue(tookMillis > 900, tookMillis + " ms for 1 MiB");
    Transfer waiting = stream(alice, new byte[64 << 20]);
    alice.setBandwidthLimit("bob", 0);
    assertTrue(waiting.outcome().orTimeout(40, TimeUnit.SECONDS).join().isCompleted());
  }

  private static Transfer stream(P2PNetworkManager from, byte[] content) throws IOException {
    return from.sendStream(
        "bob",
        "content",
        TransferSource.once(new ByteArrayInputStream(content)),
        TransferOptions.DEFAULT);
  }

  @Test
  void aRefusedImpostorGetsNoMessages() {
    P2PNetworkManager alice = nodes.start("alice");
    P2PNetworkManager bob = nodes.start("bob", alice);
    awaitNames(alice, bob);
    bob.close();
    P2PNetworkManager impostor = nodes.start("bob", "impostor", UnaryOperator.identity(), alice);
    BlockingQueue<NetworkMessage> stolen = inbox(impostor);
    await("refused", () -> impostor.connectedPeers().isEmpty());
    Delivery delivery = alice.submit(NetworkMessage.text("bob", "secret"));
    await("refused", () -> alice.connectedPeers().isEmpty());
    assertEquals(0, stolen.size());
    assertFalse(delivery.state().isEnd());
  }

  private static boolean send(P2PNetworkManager sender, NetworkMessage message, String recipient) {
    return sender
        .sendMessage(message, recipient)
        .orTimeout(40, TimeUnit.SECONDS)
        .join();
  }

  private static BlockingQueue<NetworkMessage> inbox(P2PNetworkManager manager) {
    BlockingQueue<NetworkMessage> received = new LinkedBlockingQueue<>();
    manager.registerMessageHandler(received::add);
    return received;
  }
}
