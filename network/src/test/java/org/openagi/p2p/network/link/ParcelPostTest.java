package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.messaging.parcel.Prekeys;
import org.openagi.p2p.overlay.relay.Reach;

/** Hosts that reach each other through a courier, directly, or by turns. */
class ParcelPostTest {
  private static final DeliveryOptions LONG =
      DeliveryOptions.DEFAULT.withLifetime(Duration.ofMinutes(5));

  private final LinkNodes nodes = new LinkNodes();
  private final MemoryCourier courier =
      new MemoryCourier(HostKey.generate(new SecureRandom()).peerId());
  private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
  private LinkNodes.Node alice;
  private LinkNodes.Node bob;

  @BeforeEach
  void start() throws Exception {
    alice = nodes.start();
    bob = nodes.start();
    for (LinkNodes.Node each : List.of(alice, bob)) {
      each.messages.useCourier(
          courier.line(each.id()), new Prekeys(new SecureRandom()), PrekeyStore.NONE);
    }
    bob.messages.addHandler(MessageType.DATA, message -> handled.add(message.text()));
  }

  @AfterEach
  void stop() {
    nodes.close();
    courier.close();
  }

  private void reach(Reach.Kind kind) {
    courier.reach(alice.id(), Reach.Kind.ROUTED);
    courier.reach(bob.id(), kind);
  }

  private Delivery send(String text) {
    return alice.messages.submit(bob.id(), NetworkMessage.data("bob", Bytes.ofUtf8(text)), LONG);
  }

  @Test
  void withoutAConnectionOthersCarryAndTheTraceTellsHow() throws Exception {
    reach(Reach.Kind.ROUTED);
    Delivery delivery = send("over others");
    assertTrue(LinkNodes.end(delivery).isAcknowledged());
    assertEquals(List.of("over others"), handled);
    assertTrue(courier.carried() >= 2, "message and receipt");
    LinkNodes.await("trace", () -> alice.messages.trace(delivery.messageId()).isPresent());
    assertEquals(Optional.of(MessageWay.OTHERS), alice.messages.queue().way(bob.id()));
    MessageTrace trace = alice.messages.trace(delivery.messageId()).orElseThrow();
    assertEquals(Delivery.State.ACKNOWLEDGED, trace.state());
    List<MessageTrace.Kind> kinds =
        trace.steps().stream().map(MessageTrace.Step::kind).toList();
    assertEquals(MessageTrace.Kind.QUEUED, kinds.getFirst());
    assertTrue(kinds.contains(MessageTrace.Kind.SENT), kinds.toString());
    assertTrue(kinds.contains(MessageTrace.Kind.TAKEN), kinds.toString());
    assertTrue(kinds.contains(MessageTrace.Kind.RECEIVED), kinds.toString());
    assertTrue(kinds.contains(MessageTrace.Kind.ENDED), kinds.toString());
  }

  @Test
  void overAConnectionTheCourierIsNotNeededAndTheTraceTellsThat() throws Exception {
    reach(Reach.Kind.ROUTED);
    alice.connect(bob);
    Delivery delivery = send("directly");
    assertTrue(LinkNodes.end(delivery).isAcknowledged());
    assertEquals(0, courier.carried());
    assertEquals(Optional.of(MessageWay.DIRECT), alice.messages.queue().way(bob.id()));
    LinkNodes.await("trace", () -> alice.messages.trace(delivery.messageId()).isPresent());
    MessageTrace trace = alice.messages.trace(delivery.messageId()).orElseThrow();
    assertEquals(
        List.of(MessageTrace.Kind.QUEUED, MessageTrace.Kind.SENT, MessageTrace.Kind.ENDED),
        trace.steps().stream().map(MessageTrace.Step::kind).toList());
  }

  @Test
  void mailWaitsForWhoIsAwayAndIsShown() throws Exception {
    reach(Reach.Kind.MAILBOX);
    Delivery delivery = send("later");
    LinkNodes.await("mail", () -> {
      try {
        return courier.mailOf(bob.id()) == 1;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
    MessageTrace trace = alice.messages.trace(delivery.messageId()).orElseThrow();
    assertTrue(trace.steps().toString().contains("to be kept"), trace.toString());
    assertEquals(Optional.of(MessageWay.MAILBOX), alice.messages.queue().way(bob.id()));
    reach(Reach.Kind.ROUTED);
    assertTrue(LinkNodes.end(delivery).isAcknowledged());
    assertEquals(List.of("later"), handled);
  }

  @Test
  void theWayChangesUnderAStreamAndNothingIsLostDoubledOrOutOfOrder() throws Exception {
    reach(Reach.Kind.ROUTED);
    int count = 3_000;
    List<Delivery> deliveries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      deliveries.add(send("m" + i));
      if (i % 500 == 250) alice.connect(bob);
      if (i % 500 == 499) alice.disconnect(); // and it dials again: both ways compete
    }
    for (Delivery each : deliveries) assertTrue(LinkNodes.end(each).isAcknowledged());
    assertEquals(IntStream.range(0, count).mapToObj(i -> "m" + i).toList(), handled);
  }

  @Test
  void whoStopsWhileAHandlerWorksTellsFirstWhatTheHandlerFinished() throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    bob.messages.addHandler(MessageType.DATA, message -> {
      working.countDown();
      finish.await();
    });
    reach(Reach.Kind.ROUTED);
    Delivery delivery = send("in hand");
    assertTrue(working.await(40, TimeUnit.SECONDS));
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> bob.messages.close());
    LinkNodes.await("closing", () -> refusesNewPeers(bob));
    finish.countDown();
    stopped.get(40, TimeUnit.SECONDS);
    assertTrue(LinkNodes.end(delivery).isAcknowledged());
  }

  /** Of a peer that it never wrote to: what waits for others may go on. */
  private static boolean refusesNewPeers(LinkNodes.Node node) {
    NetworkMessage any = NetworkMessage.data("any", Bytes.ofUtf8("any"));
    PeerId nobody = HostKey.generate(new SecureRandom()).peerId();
    return node.messages.submit(nobody, any).state() == Delivery.State.REFUSED;
  }

  @Test
  void aSenderOfAFileLearnsByReceiptThatItArrived() throws Exception {
    Delivery delivery = send("by file");
    Bytes file = alice.messages.queue().export(bob.id()).file();
    bob.messages.take(BundleFile.read(file.toArray())).get();
    assertEquals(List.of("by file"), handled);
    courier.reach(alice.id(), Reach.Kind.ROUTED);
    assertTrue(LinkNodes.end(delivery).isAcknowledged());
  }
}
