package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;

/** Messages between real hosts on loopback. */
@Timeout(120)
class MessageServiceTest {
  private final SecureRandom random = new SecureRandom();
  private final List<Node> nodes = new ArrayList<>();

  private final class Node implements AutoCloseable {
    final Host host;
    final MessageService messages;

    Node(MessageConfig config) throws Exception {
      HostKey key = HostKey.generate(random);
      host = Host.create(
          HostConfig.defaults()
              .withListenAddresses(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0")))
              .withIoThreads(1),
          key);
      messages = new MessageService(
          host,
          key,
          config,
          new MemoryMessageStore(random, TimeSource.system()),
          TimeSource.system());
      host.start().toCompletableFuture().get(20, TimeUnit.SECONDS);
      nodes.add(this);
    }

    PeerId id() {
      return host.peerId();
    }

    Connection connect(Node other) throws Exception {
      return host.connect(other.host.listenAddresses().getFirst())
          .toCompletableFuture()
          .get(20, TimeUnit.SECONDS);
    }

    Delivery send(Node to, MessageType type, String text) {
      return messages.submit(
          to.id(), NetworkMessage.of(type, to.id().toString(), Bytes.ofUtf8(text)));
    }

    @Override
    public void close() {
      messages.close(Duration.ZERO);
      host.close();
    }
  }

  private Node node() throws Exception {
    return node(c -> c);
  }

  private Node node(UnaryOperator<MessageConfig> change) throws Exception {
    return new Node(change.apply(MessageConfig.defaults()));
  }

  @AfterEach
  void stop() {
    nodes.forEach(Node::close);
  }

  private static Outcome end(Delivery delivery) throws Exception {
    return delivery.outcome().get(30, TimeUnit.SECONDS);
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) throw new AssertionError("not in time: " + what);
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void everyTypeArrivesBothWaysAndIsAcknowledged() throws Exception {
    Node alice = node();
    Node bob = node();
    ConcurrentLinkedQueue<NetworkMessage> atBob = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<NetworkMessage> atAlice = new ConcurrentLinkedQueue<>();
    alice.messages.addHandler(atAlice::add);
    bob.messages.addHandler(atBob::add);
    alice.connect(bob);
    for (MessageType type : MessageType.values()) {
      assertTrue(end(alice.send(bob, type, "to bob")).isAcknowledged());
      assertTrue(end(bob.send(alice, type, "to alice")).isAcknowledged());
    }
    assertEquals(5, atBob.size());
    assertEquals(5, atAlice.size());
    assertEquals(alice.id().toString(), atBob.peek().senderId());
    assertEquals("to bob", atBob.peek().text());
    assertTrue(atBob.peek().timestamp() > 1_700_000_000_000L);
    assertEquals(5, bob.messages.stats().received().messagesHandled());
    await(
        "the last acknowledgement is counted though nothing follows it",
        () -> alice.messages.stats().sent().messagesAcknowledged() == 5);
  }

  @Test
  void aMessageWaitsForThePeerToConnect() throws Exception {
    Node alice = node();
    Node bob = node();
    bob.messages.addHandler(m -> {});
    Delivery delivery = alice.send(bob, MessageType.DATA, "later");
    assertEquals(Delivery.State.QUEUED, delivery.state());
    bob.connect(alice);
    assertTrue(end(delivery).isAcknowledged());
  }

  /**
   * Goal: nothing lost, doubled or out of order while connections die. Method: 100,000 messages of every
   * kind of size, the connection cut six times from either side at moments of its own.
   */
  @Test
  void aHundredThousandMessagesSurviveSixLostConnections() throws Exception {
    Node alice = node();
    Node bob = node();
    int count = 100_000;
    AtomicInteger next = new AtomicInteger();
    ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    bob.messages.addHandler(MessageType.DATA, m -> {
      byte[] payload = m.payload().unsafeArray();
      int number = number(payload);
      if (number != next.get()) faults.add("got " + number + ", expected " + next.get());
      next.set(number + 1);
      for (int i = 4; i < payload.length; i++) {
        if (payload[i] != (byte) (number * 31 + i)) {
          faults.add("payload of " + number + " at " + i);
          break;
        }
      }
    });
    alice.connect(bob);
    AtomicInteger acknowledged = new AtomicInteger();
    ConcurrentLinkedQueue<Outcome> others = new ConcurrentLinkedQueue<>();
    DeliveryOptions options = DeliveryOptions.DEFAULT.withListener((delivery, outcome) -> {
      if (outcome.isAcknowledged()) acknowledged.incrementAndGet();
      else others.add(outcome);
    });
    int cuts = 0;
    for (int i = 0; i < count; i++) {
      int submitted = i;
      if (submitted - acknowledged.get() > 20_000) {
        await("room", () -> submitted - acknowledged.get() < 10_000);
      }
      alice.messages.submit(
          bob.id(), NetworkMessage.data(bob.id().toString(), payload(i)), options);
      if (i % 15_000 == 10_000) {
        Node who = cuts++ % 2 == 0 ? alice : bob;
        who.host.connections().forEach(c -> c.abort(CloseReason.localRequest()));
        alice.connect(bob);
      }
    }
    await("all acknowledged", () -> acknowledged.get() + others.size() == count);
    assertEquals(List.of(), List.copyOf(others));
    assertEquals(List.of(), List.copyOf(faults));
    assertEquals(count, next.get());
    assertEquals(6, cuts);
    assertEquals(count, bob.messages.stats().received().messagesHandled());
    await("nothing waits", () -> alice.messages.stats().waitingMessages() == 0);
  }

  private static Bytes payload(int number) {
    int length = number % 5_000 == 0 ? 300_000 : 4 + number % 150;
    byte[] payload = new byte[length];
    payload[0] = (byte) (number >> 24);
    payload[1] = (byte) (number >> 16);
    payload[2] = (byte) (number >> 8);
    payload[3] = (byte) number;
    for (int i = 4; i < length; i++) payload[i] = (byte) (number * 31 + i);
    return Bytes.wrap(payload);
  }

  private static int number(byte[] p) {
    return (p[0] & 0xff) << 24 | (p[1] & 0xff) << 16 | (p[2] & 0xff) << 8 | (p[3] & 0xff);
  }

  @Test
  void aLargePayloadOfNoiseArrives() throws Exception {
    Node alice = node();
    Node bob = node();
    byte[] noise = new byte[20_000_000];
    random.nextBytes(noise);
    List<Bytes> got = new ArrayList<>();
    bob.messages.addHandler(m -> got.add(m.payload()));
    alice.connect(bob);
    Bytes payload = Bytes.wrap(noise);
    Delivery delivery =
        alice.messages.submit(bob.id(), NetworkMessage.data(bob.id().toString(), payload));
    assertTrue(end(delivery).isAcknowledged());
    assertEquals(payload, got.getFirst());
  }

  @Test
  void inTheStrictOrderMessagesArriveToo() throws Exception {
    Node alice = node();
    Node bob = node(c -> c.withReceive(c.receive().withVerifyBeforeDelivery(true)));
    AtomicInteger handled = new AtomicInteger();
    bob.messages.addHandler(m -> handled.incrementAndGet());
    alice.connect(bob);
    Delivery last = null;
    for (int i = 0; i < 5_000; i++) {
      last = alice.messages.submit(bob.id(), NetworkMessage.data("b", Bytes.wrap(new byte[2_000])));
    }
    assertTrue(end(last).isAcknowledged());
    assertEquals(5_000, handled.get());
  }

  @Test
  void everyoneConnectedGetsABroadcast() throws Exception {
    Node alice = node();
    Node bob = node();
    Node carol = node();
    ConcurrentLinkedQueue<NetworkMessage> got = new ConcurrentLinkedQueue<>();
    bob.messages.addHandler(got::add);
    carol.messages.addHandler(got::add);
    Outcome nobody = end(
        alice.messages.broadcast(NetworkMessage.text("*", "anybody?"), DeliveryOptions.DEFAULT));
    assertInstanceOf(Outcome.Refused.class, nobody);
    alice.connect(bob);
    carol.connect(alice);
    await("two connections", () -> alice.host.connections().size() == 2);
    CountDownLatch told = new CountDownLatch(1);
    Delivery delivery = alice.messages.broadcast(
        NetworkMessage.text("*", "all"),
        DeliveryOptions.DEFAULT.withListener((d, outcome) -> told.countDown()));
    assertTrue(end(delivery).isAcknowledged());
    assertEquals(2, delivery.parts().size());
    assertEquals(2, got.size());
    assertEquals("*", got.peek().recipientId());
    assertTrue(told.await(20, TimeUnit.SECONDS));
  }

  @Test
  void aPeerWithoutTheProtocolIsSaidSo() throws Exception {
    Node alice = node();
    try (Host plain = Host.create(
        HostConfig.defaults()
            .withListenAddresses(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0")))
            .withIoThreads(1),
        HostKey.generate(random))) {
      plain.start().toCompletableFuture().get(20, TimeUnit.SECONDS);
      alice
          .host
          .connect(plain.listenAddresses().getFirst())
          .toCompletableFuture()
          .get(20, TimeUnit.SECONDS);
      Delivery delivery =
          alice.messages.submit(plain.peerId(), NetworkMessage.text("plain", "hello"));
      var refused = assertInstanceOf(Outcome.Refused.class, end(delivery));
      assertEquals(RefusalReason.NO_PROTOCOL, refused.reason());
    }
  }

  @Test
  void aRefusedMessageReachesTheSendersErrorHandler() throws Exception {
    Node alice = node();
    Node bob = node(c -> c.withReceive(c.receive().withRetryAttempts(1)));
    ConcurrentLinkedQueue<NetworkMessage> errors = new ConcurrentLinkedQueue<>();
    alice.messages.addHandler(MessageType.ERROR, errors::add);
    AtomicInteger attempts = new AtomicInteger();
    bob.messages.addHandler(MessageType.DATA, m -> {
      attempts.incrementAndGet();
      throw new IllegalStateException("cannot");
    });
    alice.connect(bob);
    Delivery delivery = alice.send(bob, MessageType.DATA, "x");
    var refused = assertInstanceOf(Outcome.Refused.class, end(delivery));
    assertEquals(RefusalReason.HANDLER_FAILED, refused.reason());
    await("error", () -> !errors.isEmpty());
    assertEquals(2, attempts.get());
    assertEquals(bob.id().toString(), errors.peek().senderId());
    assertTrue(
        errors.peek().text().contains(delivery.messageId()), errors.peek().text());
  }

  @Test
  void aFullOutboxRefusesWithItsNumbers() throws Exception {
    Node alice = node(c -> c.withOutbox(3, 1 << 20, 1 << 20).withDial(false));
    Node bob = node();
    for (int i = 0; i < 3; i++) alice.send(bob, MessageType.DATA, "x");
    Delivery fourth = alice.send(bob, MessageType.DATA, "x");
    var refused = assertInstanceOf(Outcome.Refused.class, end(fourth));
    assertEquals(RefusalReason.QUEUE_FULL, refused.reason());
    assertTrue(refused.detail().contains("3 of 3 messages"), refused.detail());
  }

  /** Goal: a handler that blocks holds up its sender only. */
  @Test
  void aBlockedHandlerHoldsUpItsSenderOnly() throws Exception {
    Node alice = node(c -> c.withOutbox(50_000, 1L << 30, 1L << 30));
    Node carol = node();
    Node bob = node();
    CountDownLatch open = new CountDownLatch(1);
    AtomicInteger handled = new AtomicInteger();
    bob.messages.addHandler(MessageType.DATA, m -> {
      if (m.senderId().equals(alice.id().toString())) open.await();
      handled.incrementAndGet();
    });
    bob.messages.addHandler(MessageType.CONSENSUS, m -> handled.incrementAndGet());
    alice.connect(bob);
    carol.connect(bob);
    List<Delivery> blocked = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      byte[] noise = new byte[1_000];
      random.nextBytes(noise);
      blocked.add(alice.messages.submit(bob.id(), NetworkMessage.data("b", Bytes.wrap(noise))));
    }
    assertTrue(end(carol.send(bob, MessageType.DATA, "passes")).isAcknowledged());
    assertTrue(end(alice.send(bob, MessageType.CONSENSUS, "passes too")).isAcknowledged());
    assertEquals(2, handled.get());
    assertEquals(Delivery.State.QUEUED, blocked.getLast().state());
    open.countDown();
    assertTrue(end(blocked.getLast()).isAcknowledged());
    assertEquals(40_002, handled.get());
  }

  /**
   * Goal: messages go on over another connection at once. Method: kill, under load and five times, the one
   * that carries them; nobody dials for them.
   */
  @Test
  void messagesMoveToAnotherConnectionWhenTheirsDies() throws Exception {
    Node alice = node(c -> c.withDial(false));
    Node bob = node();
    List<Integer> got = java.util.Collections.synchronizedList(new ArrayList<>());
    bob.messages.addHandler(m -> got.add(Integer.parseInt(m.text())));
    Multiaddr address = bob.host.listenAddresses().getFirst().withoutPeerId();
    for (int i = 0; i < 2; i++) connectAnother(alice, address);
    List<Delivery> all = new ArrayList<>();
    int killed = 0;
    while (killed < 5) {
      for (int i = 0; i < 2_000; i++) {
        all.add(alice.send(bob, MessageType.DATA, Integer.toString(all.size())));
      }
      int half = all.size() - 1_000;
      await("half of them handled", () -> got.size() > half);
      Connection used = alice.host.connections(bob.id()).stream()
          .max(Comparator.comparingLong(each -> each.stats().bytesOut()))
          .orElseThrow();
      used.abort(new CloseReason(CloseReason.Kind.CONNECTION_LOST, "cut by the test"));
      killed++;
      long cutNanos = System.nanoTime();
      assertTrue(end(alice.send(bob, MessageType.CONSENSUS, "-1")).isAcknowledged());
      long gapMillis = (System.nanoTime() - cutNanos) / 1_000_000;
      assertTrue(gapMillis < 5_000, gapMillis + " ms without an acknowledgement");
      if (killed < 5) connectAnother(alice, address);
    }
    for (Delivery delivery : all) assertTrue(end(delivery).isAcknowledged());
    got.removeIf(number -> number < 0);
    assertEquals(java.util.stream.IntStream.range(0, all.size()).boxed().toList(), got);
  }

  private static void connectAnother(Node from, Multiaddr address) throws Exception {
    from.host.connect(address).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /**
   * Goal: a peer that takes nothing does not stop the others, within the limit. Method: one blocks, two
   * get 1 MiB each at 1 MiB/s; what the third has in flight is its window, and then it is out.
   */
  @Test
  void aBlockedPeerLeavesItsShareToTheOthers() throws Exception {
    Node alice = node(c -> c.withBytesPerSecond(1 << 20, 0));
    Node bob = node();
    CountDownLatch open = new CountDownLatch(1);
    bob.messages.addHandler(MessageType.DATA, m -> open.await());
    bob.messages.addHandler(MessageType.CONSENSUS, m -> {});
    List<Node> others = List.of(node(), node());
    alice.connect(bob);
    for (Node other : others) {
      other.messages.addHandler(MessageType.DATA, m -> {});
      alice.connect(other);
    }
    for (int i = 0; i < 64; i++) alice.messages.submit(bob.id(), noise(64 << 10));
    List<Delivery> watched = new ArrayList<>();
    for (Node other : others) {
      for (int i = 0; i < 15; i++) alice.messages.submit(other.id(), noise(64 << 10));
      watched.add(alice.messages.submit(other.id(), noise(64 << 10)));
    }
    long start = System.nanoTime();
    assertTrue(end(alice.send(bob, MessageType.CONSENSUS, "passes")).isAcknowledged());
    assertEquals(Delivery.State.QUEUED, watched.getFirst().state());
    List<Long> millis = new ArrayList<>();
    for (Delivery each : watched) {
      assertTrue(end(each).isAcknowledged());
      millis.add((System.nanoTime() - start) / 1_000_000);
    }
    assertTrue(millis.getLast() > 1_800, millis + " ms for 2 MiB at 1 MiB/s");
    open.countDown();
  }

  private NetworkMessage noise(int bytes) {
    byte[] payload = new byte[bytes];
    random.nextBytes(payload);
    return NetworkMessage.data("x", Bytes.wrap(payload));
  }

  @Test
  void closingRefusesWhatIsLeftAndEverythingAfter() throws Exception {
    Node alice = node(c -> c.withDial(false));
    Node bob = node();
    Delivery waiting = alice.send(bob, MessageType.DATA, "x");
    alice.messages.close(Duration.ofMillis(10));
    var refused = assertInstanceOf(Outcome.Refused.class, end(waiting));
    assertEquals(RefusalReason.CLOSED, refused.reason());
    refused = assertInstanceOf(Outcome.Refused.class, end(alice.send(bob, MessageType.DATA, "y")));
    assertEquals(RefusalReason.CLOSED, refused.reason());
  }
}
