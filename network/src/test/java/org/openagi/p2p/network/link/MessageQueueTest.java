package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.network.link.LinkNodes.Node;

/** Deliveries by id, dead letters, messages tied to a connection, and messages carried by file. */
@Timeout(120)
class MessageQueueTest {
  private final LinkNodes nodes = new LinkNodes();
  private final SecureRandom random = new SecureRandom();

  @AfterEach
  void stop() {
    nodes.close();
  }

  private static Outcome.Refused refused(Delivery delivery) throws Exception {
    return assertInstanceOf(Outcome.Refused.class, LinkNodes.end(delivery));
  }

  private static Delivery submit(Node from, Node to, String text) {
    return from.messages.submit(to.id(), NetworkMessage.text(to.id().toString(), text));
  }

  @Test
  void aDeliveryIsFoundByItsIdWhileItWaitsAndAfterItsEnd() throws Exception {
    Node alice = nodes.start(c -> c.withDial(false));
    Node bob = nodes.start();
    bob.messages.addHandler(m -> {});
    Delivery numbered = submit(alice, bob, "x");
    NetworkMessage own = NetworkMessage.builder()
        .recipientId("bob")
        .messageId("own-1")
        .payload("y")
        .build();
    Delivery named = alice.messages.submit(bob.id(), own);
    MessageQueue queue = alice.messages.queue();
    assertSame(numbered, queue.delivery(numbered.messageId()).orElseThrow());
    assertSame(named, queue.delivery("own-1").orElseThrow());
    assertEquals(Optional.empty(), queue.delivery("own-2"));
    assertEquals(2, queue.waiting(null).size());
    assertEquals(List.of(), queue.waiting(alice.id()));
    LinkNodes.await("times", () -> numbered.createdAtMillis() > 0);
    assertEquals(0, numbered.attempts());
    alice.connect(bob);
    for (Delivery each : List.of(numbered, named)) {
      assertTrue(LinkNodes.end(each).isAcknowledged());
      Delivery after = queue.delivery(each.messageId()).orElseThrow();
      assertEquals(Delivery.State.ACKNOWLEDGED, after.state());
      assertTrue(LinkNodes.end(after).isAcknowledged());
      assertEquals(1, each.attempts());
      assertTrue(each.endedAtMillis() >= each.createdAtMillis());
    }
    assertEquals(List.of(), queue.waiting(null));
  }

  @Test
  void whatExpiredIsToldKeptAndCanBeSentAgain() throws Exception {
    Node alice = nodes.start(c -> c.withDial(false));
    Node bob = nodes.start();
    ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
    bob.messages.addHandler(m -> got.add(m.text()));
    ConcurrentLinkedQueue<NetworkMessage> errors = new ConcurrentLinkedQueue<>();
    alice.messages.addHandler(MessageType.ERROR, errors::add);
    CountDownLatch told = new CountDownLatch(1);
    Delivery delivery = alice.messages.submit(
        bob.id(),
        NetworkMessage.text("bob", "precious"),
        DeliveryOptions.DEFAULT
            .withLifetime(Duration.ofMillis(20))
            .withListener((d, outcome) -> told.countDown()));
    LinkNodes.await("expiry", () -> delivery.state() == Delivery.State.EXPIRED);
    assertTrue(told.await(30, TimeUnit.SECONDS));
    LinkNodes.await("error", () -> !errors.isEmpty());
    assertTrue(errors.peek().text().startsWith("EXPIRED " + delivery.messageId()));
    MessageQueue queue = alice.messages.queue();
    StoredMessage letter = queue.deadLetters(null).getFirst();
    assertEquals(delivery.messageId(), letter.messageId());
    assertInstanceOf(Outcome.Expired.class, letter.end());
    assertTrue(letter.endedAtMillis() > 1_700_000_000_000L);
    assertEquals(
        Delivery.State.EXPIRED,
        queue.delivery(delivery.messageId()).orElseThrow().state());
    Delivery again = queue.retry(delivery.messageId());
    assertEquals(List.of(), queue.deadLetters(null));
    alice.connect(bob);
    assertTrue(LinkNodes.end(again).isAcknowledged());
    assertEquals("precious", got.poll());
    IOException done = assertThrows(IOException.class, () -> queue.retry(again.messageId()));
    assertTrue(String.valueOf(done.getMessage()).contains("ACKNOWLEDGED"), done.getMessage());
    assertThrows(IOException.class, () -> queue.retry("nobody knows"));
  }

  /** An unwatched message expires: nobody holds its delivery, and its end is told and kept all the same. */
  @Test
  void whatNobodyWatchesIsToldToo() throws Exception {
    Node alice =
        nodes.start(c -> c.withDial(false).withSend(c.send().withLifetime(Duration.ofMillis(20))));
    Node bob = nodes.start();
    AtomicInteger errors = new AtomicInteger();
    alice.messages.addHandler(MessageType.ERROR, m -> errors.incrementAndGet());
    for (int i = 0; i < 10; i++) submit(alice, bob, "x");
    LinkNodes.await("errors", () -> errors.get() == 10);
    assertEquals(10, alice.messages.queue().deadLetters(bob.id()).size());
    LinkNodes.await("room", () -> alice.messages.stats().waitingMessages() == 0);
  }

  @Test
  void aMessageThatWaitsIsDroppedAndTheOthersGoOn() throws Exception {
    Node alice = nodes.start(c -> c.withDial(false));
    Node bob = nodes.start();
    ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
    bob.messages.addHandler(m -> got.add(m.text()));
    Delivery first = submit(alice, bob, "first");
    Delivery second = submit(alice, bob, "second");
    Delivery third = submit(alice, bob, "third");
    MessageQueue queue = alice.messages.queue();
    assertEquals(second.messageId(), queue.drop(second.messageId()).messageId());
    assertEquals(RefusalReason.WITHDRAWN, refused(second).reason());
    assertEquals(List.of(), queue.deadLetters(null));
    alice.connect(bob);
    assertTrue(LinkNodes.end(first).isAcknowledged());
    assertTrue(LinkNodes.end(third).isAcknowledged());
    assertEquals(List.of("first", "third"), List.copyOf(got));
    assertThrows(IOException.class, () -> queue.drop(first.messageId()));
  }

  @Test
  void whatIsTiedToAConnectionEndsWithIt() throws Exception {
    Node alice = nodes.start(c -> c.withDial(false));
    Node bob = nodes.start();
    DeliveryOptions tied = DeliveryOptions.DEFAULT.withOnlyWhileConnected(true);
    Delivery before = alice.messages.submit(bob.id(), NetworkMessage.text("bob", "x"), tied);
    assertEquals(RefusalReason.NOT_CONNECTED, refused(before).reason());
    CountDownLatch open = new CountDownLatch(1);
    bob.messages.addHandler(m -> open.await());
    alice.connect(bob);
    Delivery during = alice.messages.submit(bob.id(), NetworkMessage.text("bob", "x"), tied);
    Delivery loose = submit(alice, bob, "y");
    LinkNodes.await("sent", () -> loose.state() == Delivery.State.SENT);
    alice.disconnect();
    var expired = assertInstanceOf(Outcome.Expired.class, LinkNodes.end(during));
    assertTrue(expired.reason().contains("connection to"), expired.reason());
    assertEquals(Delivery.State.SENT, loose.state());
    open.countDown();
    alice.connect(bob);
    assertTrue(LinkNodes.end(loose).isAcknowledged());
  }

  @Test
  void whatTheHandlerRefusesInTheEndIsADeadLetterWithTheReason() throws Exception {
    Node alice = nodes.start();
    Node bob = nodes.start(c -> c.withReceive(c.receive().withRetryAttempts(1)));
    bob.messages.addHandler(m -> {
      throw new IllegalStateException("cannot");
    });
    alice.connect(bob);
    Delivery delivery = submit(alice, bob, "x");
    assertEquals(RefusalReason.HANDLER_FAILED, refused(delivery).reason());
    StoredMessage letter = alice.messages.queue().deadLetters(null).getFirst();
    assertTrue(String.valueOf(letter.end()).contains("2 attempts, last:"), letter::toString);
    alice.messages.queue().drop(delivery.messageId());
    assertEquals(List.of(), alice.messages.queue().deadLetters(null));
  }

  /** Goal: carried by file, then settled by an ordinary connection. */
  @Test
  void messagesCarriedByFileArriveOnceAndAreSettledByALaterConnection() throws Exception {
    Node alice = nodes.start(c -> c.withDial(false));
    Node bob = nodes.start();
    ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
    bob.messages.addHandler(MessageType.DATA, m -> got.add(m.text()));
    Delivery first = submit(alice, bob, "first");
    Bytes large = Bytes.wrap(new byte[3_000_000]);
    Delivery second = alice.messages.submit(bob.id(), NetworkMessage.data("bob", large));
    Delivery third = alice.messages.submit(
        bob.id(), NetworkMessage.of(MessageType.CONSENSUS, "bob", Bytes.ofUtf8("vote")));
    MessageQueue.Export export = alice.messages.queue().export(bob.id());
    assertEquals(3, export.messages());
    assertEquals(0, export.left());
    BundleFile file = BundleFile.read(export.file().toArray());
    List<Carried> taken = bob.messages.take(file).get(30, TimeUnit.SECONDS);
    assertEquals(
        List.of(new Carried(Lane.URGENT, 1, 0, 1), new Carried(Lane.BULK, 2, 0, 0)), taken);
    assertEquals(2, got.size());
    assertEquals(Delivery.State.QUEUED, first.state());
    List<Carried> twice = bob.messages.take(file).get(30, TimeUnit.SECONDS);
    assertEquals(
        List.of(new Carried(Lane.URGENT, 0, 1, 0), new Carried(Lane.BULK, 0, 2, 0)), twice);
    Delivery later = submit(alice, bob, "later");
    alice.connect(bob);
    assertTrue(LinkNodes.end(first).isAcknowledged());
    assertTrue(LinkNodes.end(second).isAcknowledged());
    assertTrue(LinkNodes.end(later).isAcknowledged());
    assertEquals(RefusalReason.NO_HANDLER, refused(third).reason());
    assertEquals(3, got.size());
    assertEquals("later", got.stream().skip(2).findFirst().orElseThrow());
    IOException none =
        assertThrows(IOException.class, () -> alice.messages.queue().export(bob.id()));
    assertTrue(String.valueOf(none.getMessage()).contains("no message waits"), none.getMessage());
  }

  @Test
  void aMessageThatWasCarriedAndNeverAcknowledgedExpiresWithThatReason() throws Exception {
    Node alice = nodes.start(c -> c.withDial(false));
    Node bob = nodes.start();
    Delivery carried = alice.messages.submit(
        bob.id(),
        NetworkMessage.text("bob", "x"),
        DeliveryOptions.DEFAULT.withLifetime(Duration.ofMillis(700)));
    alice.messages.queue().export(bob.id());
    Outcome.Expired expired = assertInstanceOf(Outcome.Expired.class, LinkNodes.end(carried));
    assertTrue(expired.reason().startsWith("put into a file for "), expired.reason());
    assertTrue(expired.reason().endsWith("it may have arrived"), expired.reason());
  }

  @Test
  void aFileForSomebodyElseIsRefusedByName() throws Exception {
    Node alice = nodes.start(c -> c.withDial(false));
    Node bob = nodes.start();
    Node carol = nodes.start();
    submit(alice, bob, "x");
    BundleFile file =
        BundleFile.read(alice.messages.queue().export(bob.id()).file().toArray());
    IOException wrong = assertThrows(IOException.class, () -> carol.messages.take(file));
    assertTrue(String.valueOf(wrong.getMessage()).contains(bob.id().toString()));
    assertTrue(String.valueOf(wrong.getMessage()).contains(carol.id().toString()));
  }

  @Test
  void theQueueOfAStoppedNodeIsWorkedOnThroughItsStore() throws Exception {
    HostKey key = HostKey.generate(random);
    MemoryMessageStore store = new MemoryMessageStore(random, TimeSource.system());
    Node bob = nodes.start();
    ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
    bob.messages.addHandler(m -> got.add(m.text()));
    MessageQueue stopped =
        MessageQueue.ofStopped(store, key, MessageConfig.defaults(), TimeSource.system());
    StoppedQueue owner =
        new StoppedQueue(store, key.peerId(), MessageConfig.defaults(), TimeSource.system());
    Delivery kept = owner.submit(bob.id(), NetworkMessage.text("bob", "kept"));
    Delivery lost = owner.submit(bob.id(), NetworkMessage.text("bob", "lost"));
    assertEquals(2, stopped.waiting(bob.id()).size());
    stopped.drop(lost.messageId());
    assertEquals(1, stopped.waiting(bob.id()).size());
    MessageQueue.Export export = stopped.export(bob.id());
    assertEquals(1, export.messages());
    bob.messages.take(BundleFile.read(export.file().toArray())).get(30, TimeUnit.SECONDS);
    assertEquals(List.of("kept"), List.copyOf(got));
    assertEquals(Delivery.State.QUEUED, kept.state());
  }
}
