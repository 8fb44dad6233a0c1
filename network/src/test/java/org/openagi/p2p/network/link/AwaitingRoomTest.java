package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.Priority;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.network.link.LinkNodes.Node;

/** A full outbox: callers that wait, those that don't, and the share of what overtakes. */
@Timeout(120)
class AwaitingRoomTest {
  private final LinkNodes nodes = new LinkNodes();

  @AfterEach
  void stop() {
    nodes.close();
  }

  private Node full(Node bob) throws Exception {
    Node alice = nodes.start(c -> c.withOutbox(3, 1 << 20, 1 << 20).withDial(false));
    for (int i = 0; i < 3; i++) alice.messages.submit(bob.id(), NetworkMessage.text("b", "first"));
    return alice;
  }

  private static CompletableFuture<Delivery> awaiting(Node from, Node to, String text) {
    return awaiting(from, to, text, DeliveryOptions.DEFAULT);
  }

  private static CompletableFuture<Delivery> awaiting(
      Node from, Node to, String text, DeliveryOptions options) {
    CompletableFuture<Delivery> result = new CompletableFuture<>();
    int before = from.messages.stats().waitingCallers();
    Thread.ofVirtual().start(() -> {
      try {
        result.complete(
            from.messages.submitAwaiting(to.id(), NetworkMessage.text("b", text), options));
      } catch (InterruptedException e) {
        result.completeExceptionally(e);
      }
    });
    LinkNodes.await(
        "the caller waits",
        () -> result.isDone() || from.messages.stats().waitingCallers() > before);
    return result;
  }

  private static Outcome.Refused refused(Delivery delivery) throws Exception {
    return assertInstanceOf(Outcome.Refused.class, LinkNodes.end(delivery));
  }

  @Test
  void callersGetRoomInTheOrderTheyCame() throws Exception {
    Node bob = nodes.start();
    ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
    bob.messages.addHandler(m -> got.add(m.text()));
    Node alice = full(bob);
    List<CompletableFuture<Delivery>> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) waiting.add(awaiting(alice, bob, "later " + i));
    assertEquals(20, alice.messages.stats().waitingCallers());
    Outcome.Refused ahead =
        refused(alice.messages.submit(bob.id(), NetworkMessage.text("b", "pushes")));
    assertEquals(RefusalReason.QUEUE_FULL, ahead.reason());
    assertTrue(ahead.detail().contains("20 of 1024 callers"), ahead.detail());
    assertTrue(waiting.stream().noneMatch(CompletableFuture::isDone));
    alice.connect(bob);
    for (var each : waiting) {
      assertTrue(LinkNodes.end(each.get(30, TimeUnit.SECONDS)).isAcknowledged());
    }
    List<String> expected = new ArrayList<>(List.of("first", "first", "first"));
    for (int i = 0; i < 20; i++) expected.add("later " + i);
    assertEquals(expected, List.copyOf(got));
    assertEquals(0, alice.messages.stats().waitingCallers());
  }

  @Test
  void waitingEndsWithTheLifetimeAnInterruptAndTheService() throws Exception {
    Node bob = nodes.start();
    Node alice = full(bob);
    Outcome.Refused late = refused(
        awaiting(alice, bob, "x", DeliveryOptions.DEFAULT.withLifetime(Duration.ofMillis(50)))
            .get(30, TimeUnit.SECONDS));
    assertEquals(RefusalReason.QUEUE_FULL, late.reason());
    assertTrue(late.detail().contains("no room within 50 ms"), late.detail());

    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread caller = Thread.ofVirtual().start(() -> {
      try {
        alice.messages.submitAwaiting(
            bob.id(), NetworkMessage.text("b", "x"), DeliveryOptions.DEFAULT);
        interrupted.complete(false);
      } catch (InterruptedException e) {
        interrupted.complete(true);
      }
    });
    LinkNodes.await("it waits", () -> alice.messages.stats().waitingCallers() == 1);
    caller.interrupt();
    assertTrue(interrupted.get(30, TimeUnit.SECONDS));

    CompletableFuture<Delivery> last = awaiting(alice, bob, "x");
    alice.messages.close(Duration.ZERO);
    assertEquals(RefusalReason.CLOSED, refused(last.get(30, TimeUnit.SECONDS)).reason());
    assertEquals(0, alice.messages.stats().waitingCallers());
  }

  @Test
  void onlySoManyMayWait() throws Exception {
    Node bob = nodes.start();
    Node alice = full(bob);
    List<CompletableFuture<Delivery>> waiting = new ArrayList<>();
    for (int i = 0; i < RoomQueue.MAX_WAITING; i++) waiting.add(awaiting(alice, bob, "x"));
    Outcome.Refused crowded = refused(awaiting(alice, bob, "x").get(30, TimeUnit.SECONDS));
    assertEquals(RefusalReason.QUEUE_FULL, crowded.reason());
    assertTrue(waiting.stream().noneMatch(CompletableFuture::isDone));
    alice.messages.close(Duration.ZERO);
    for (var each : waiting) {
      assertEquals(RefusalReason.CLOSED, refused(each.get(30, TimeUnit.SECONDS)).reason());
    }
  }

  @Test
  void whatNeverFitsIsRefusedAtOnce() throws Exception {
    Node bob = nodes.start();
    Node alice = full(bob);
    Delivery large = alice.messages.submitAwaiting(
        bob.id(), NetworkMessage.data("b", Bytes.wrap(new byte[1 << 20])), DeliveryOptions.DEFAULT);
    assertEquals(RefusalReason.QUEUE_FULL, refused(large).reason());
  }

  @Test
  void anotherPeersMessagesThatEndMakeRoomToo() throws Exception {
    Node bob = nodes.start();
    Node carol = nodes.start();
    carol.messages.addHandler(m -> {});
    Node alice = nodes.start(c -> c.withOutbox(100, 1000, 1500).withDial(false));
    Bytes payload = Bytes.wrap(new byte[800]);
    alice.messages.submit(carol.id(), NetworkMessage.data("c", payload));
    CompletableFuture<Delivery> waits = awaiting(alice, bob, "x".repeat(800));
    assertFalse(waits.isDone());
    alice.connect(carol);
    assertEquals(Delivery.State.QUEUED, waits.get(30, TimeUnit.SECONDS).state());
  }

  @Test
  void priorityOvertakesAndHasASmallShareOfTheOutbox() throws Exception {
    Node bob = nodes.start();
    ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
    bob.messages.addHandler(m -> got.add(m.text()));
    int room = 160;
    Node alice = nodes.start(c -> c.withOutbox(room, 1 << 20, 1 << 20).withDial(false));
    DeliveryOptions high = DeliveryOptions.DEFAULT.withPriority(Priority.HIGH);
    int share = room / Acceptance.EXPRESS_SHARE;
    List<Delivery> deliveries = new ArrayList<>();
    for (int i = 0; i < share; i++) {
      deliveries.add(alice.messages.submit(bob.id(), NetworkMessage.text("b", "high " + i), high));
    }
    Outcome.Refused beyond =
        refused(alice.messages.submit(bob.id(), NetworkMessage.text("b", "x"), high));
    assertEquals(RefusalReason.QUEUE_FULL, beyond.reason());
    assertTrue(beyond.detail().contains("priority HIGH holds 10 of 10"), beyond.detail());
    deliveries.add(alice.messages.submit(bob.id(), NetworkMessage.text("b", "normal")));
    alice.connect(bob);
    for (Delivery each : deliveries) assertTrue(LinkNodes.end(each).isAcknowledged());
    List<String> raised = got.stream().filter(text -> text.startsWith("high")).toList();
    for (int i = 0; i < share; i++) assertEquals("high " + i, raised.get(i));
    LinkNodes.await("room", () -> alice.messages.stats().waitingMessages() == 0);
    assertTrue(
        LinkNodes.end(alice.messages.submit(bob.id(), NetworkMessage.text("b", "again"), high))
            .isAcknowledged());
  }
}
