package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.RequestException;
import org.openagi.p2p.network.link.LinkNodes.Node;

/** Requests and answers between real hosts on loopback. */
@Timeout(120)
class RequestsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private final LinkNodes nodes = new LinkNodes();

  @AfterEach
  void stop() {
    nodes.close();
  }

  private static CompletableFuture<NetworkMessage> ask(
      Node who, Node whom, MessageType type, String text, Duration timeout) {
    NetworkMessage question = NetworkMessage.of(type, whom.id().toString(), Bytes.ofUtf8(text));
    return who.messages.request(whom.id(), question, DeliveryOptions.DEFAULT, timeout);
  }

  private static RequestException failure(CompletableFuture<?> answer) {
    Throwable thrown =
        assertThrows(ExecutionException.class, () -> answer.get(30, TimeUnit.SECONDS));
    return assertInstanceOf(RequestException.class, thrown.getCause());
  }

  @Test
  void everyTypeIsAnsweredAndOrdinaryHandlersSeeNothingOfIt() throws Exception {
    Node alice = nodes.start();
    Node bob = nodes.start();
    ConcurrentLinkedQueue<NetworkMessage> seen = new ConcurrentLinkedQueue<>();
    alice.messages.addHandler(seen::add);
    bob.messages.addHandler(seen::add);
    for (MessageType type : MessageType.values()) {
      bob.messages.setRequestHandler(type, m -> Bytes.ofUtf8(m.text() + "!"));
    }
    alice.connect(bob);
    for (MessageType type : MessageType.values()) {
      NetworkMessage answer = ask(alice, bob, type, "well", PATIENCE).get(30, TimeUnit.SECONDS);
      assertEquals("well!", answer.text());
      assertEquals(type, answer.messageType());
      assertEquals(bob.id().toString(), answer.senderId());
    }
    assertTrue(seen.isEmpty(), seen::toString);
    RequestStats stats = alice.messages.stats().requests();
    assertEquals(5, stats.answered());
    assertEquals(0, stats.pending());
    assertEquals(5, bob.messages.stats().requests().served());
  }

  @Test
  void aHandlerMayAskBackWhoAskedIt() throws Exception {
    Node alice = nodes.start();
    Node bob = nodes.start();
    alice.messages.setRequestHandler(MessageType.DATA, m -> Bytes.ofUtf8("7"));
    bob.messages.setRequestHandler(
        MessageType.DATA, m -> ask(bob, alice, MessageType.DATA, "how many?", PATIENCE)
            .get(30, TimeUnit.SECONDS)
            .payload());
    ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
    bob.messages.addHandler(
        MessageType.DATA,
        m -> got.add(ask(bob, alice, MessageType.DATA, "how many?", PATIENCE)
            .get(30, TimeUnit.SECONDS)
            .text()));
    alice.connect(bob);
    assertEquals(
        "7",
        ask(alice, bob, MessageType.DATA, "?", PATIENCE)
            .get(30, TimeUnit.SECONDS)
            .text());
    var plain = alice.messages.submit(bob.id(), NetworkMessage.text("bob", "x"));
    assertTrue(LinkNodes.end(plain).isAcknowledged());
    assertEquals("7", got.poll());
  }

  @Test
  void aHandlerThatThrowsIsToldInFewWordsAndNotRunAgain() throws Exception {
    Node alice = nodes.start();
    Node bob = nodes.start();
    ConcurrentLinkedQueue<NetworkMessage> runs = new ConcurrentLinkedQueue<>();
    CompletableFuture<Throwable> fault = new CompletableFuture<>();
    bob.messages.addFaultListener(new MessageFaultListener() {
      @Override
      public void onRequestFailure(
          org.openagi.p2p.core.identity.PeerId sender, NetworkMessage request, Throwable cause) {
        fault.complete(cause);
      }
    });
    bob.messages.setRequestHandler(MessageType.DATA, m -> {
      runs.add(m);
      throw new IllegalStateException("no ice cream " + "ü".repeat(1000));
    });
    alice.connect(bob);
    RequestException failed = failure(ask(alice, bob, MessageType.DATA, "ice", PATIENCE));
    assertEquals(RequestException.Cause.HANDLER_FAILED, failed.kind());
    String text = String.valueOf(failed.getMessage());
    assertTrue(text.contains("no ice cream ü"), text);
    assertTrue(text.contains(bob.id().toString()), text);
    assertTrue(text.length() < 500, text);
    assertEquals(1, runs.size());
    assertInstanceOf(IllegalStateException.class, fault.get(30, TimeUnit.SECONDS));
    assertEquals(1, alice.messages.stats().requests().failed());
    assertEquals(1, bob.messages.stats().requests().servedFailed());
  }

  @Test
  void aRequestNobodyTakesFailsAtOnceWithTheReason() throws Exception {
    Node alice = nodes.start();
    Node bob = nodes.start();
    bob.messages.addHandler(m -> {});
    alice.connect(bob);
    RequestException failed = failure(ask(alice, bob, MessageType.DATA, "x", PATIENCE));
    assertEquals(RequestException.Cause.REFUSED, failed.kind());
    assertEquals(Optional.of(RefusalReason.NO_HANDLER), failed.refusal());
    assertEquals(1, alice.messages.stats().requests().refused());
  }

  @Test
  void withoutAnAnswerInTimeTheErrorSaysHowFarItCame() throws Exception {
    Node alice = nodes.start();
    Node bob = nodes.start();
    CountDownLatch open = new CountDownLatch(1);
    bob.messages.setRequestHandler(MessageType.DATA, m -> {
      open.await();
      return Bytes.ofUtf8("late");
    });
    alice.connect(bob);
    RequestException failed =
        failure(ask(alice, bob, MessageType.DATA, "x", Duration.ofMillis(200)));
    assertEquals(RequestException.Cause.TIMED_OUT, failed.kind());
    open.countDown();
    LinkNodes.await(
        "the late answer", () -> alice.messages.stats().requests().answersDropped() == 1);
    assertEquals(0, alice.messages.stats().requests().pending());
  }

  @Test
  void answersToNothingFromOthersAndTwiceAreDropped() throws Exception {
    Node alice = nodes.start();
    Node bob = nodes.start();
    Node mallory = nodes.start();
    CompletableFuture<Correlation> asked = new CompletableFuture<>();
    CountDownLatch open = new CountDownLatch(1);
    bob.messages.setRequestHandler(MessageType.DATA, m -> {
      asked.complete(m.correlation());
      open.await();
      return Bytes.ofUtf8("right");
    });
    alice.connect(bob);
    mallory.connect(alice);
    CompletableFuture<NetworkMessage> answer = ask(alice, bob, MessageType.DATA, "x", PATIENCE);
    long id = asked.get(30, TimeUnit.SECONDS).id();
    assertTrue(LinkNodes.end(answer(mallory, alice, id)).isAcknowledged());
    assertTrue(LinkNodes.end(answer(bob, alice, id + 1)).isAcknowledged());
    assertFalse(answer.isDone());
    open.countDown();
    assertEquals("right", answer.get(30, TimeUnit.SECONDS).text());
    assertTrue(LinkNodes.end(answer(bob, alice, id)).isAcknowledged());
    assertEquals(3, alice.messages.stats().requests().answersDropped());
  }

  private static org.openagi.p2p.messaging.Delivery answer(Node from, Node to, long id) {
    NetworkMessage answer = NetworkMessage.text(to.id().toString(), "wrong")
        .withCorrelation(new Correlation(Correlation.Kind.REPLY, id));
    return from.messages.submit(to.id(), answer);
  }

  @Test
  void thePendingTableIsBoundedAndClosingFailsWhatWaits() throws Exception {
    Node alice = nodes.start(c -> c.withDial(false));
    Node bob = nodes.start();
    List<CompletableFuture<NetworkMessage>> waiting = new ArrayList<>();
    for (int i = 0; i < Requests.MAX_PENDING; i++) {
      waiting.add(ask(alice, bob, MessageType.DATA, "x", Duration.ofMinutes(5)));
    }
    RequestException refused =
        failure(ask(alice, bob, MessageType.DATA, "x", Duration.ofMinutes(5)));
    assertEquals(RequestException.Cause.TOO_MANY_PENDING, refused.kind());
    assertTrue(String.valueOf(refused.getMessage()).contains("10000"), refused.getMessage());
    waiting.getFirst().cancel(false);
    waiting.set(0, ask(alice, bob, MessageType.DATA, "x", Duration.ofMinutes(5)));
    assertFalse(waiting.getFirst().isDone());
    alice.messages.close(Duration.ZERO);
    for (var each : waiting) {
      assertEquals(RequestException.Cause.CLOSED, failure(each).kind());
    }
    assertEquals(0, alice.messages.stats().requests().pending());
  }

  @Test
  void timeoutsOutOfRangeAndEveryoneAreRefusedByTheCall() throws Exception {
    Node alice = nodes.start();
    for (Duration wrong : List.of(Duration.ZERO, Duration.ofDays(40_000))) {
      assertThrows(
          IllegalArgumentException.class, () -> ask(alice, alice, MessageType.DATA, "x", wrong));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> alice.messages.request(
            alice.id(), NetworkMessage.text("*", "x"), DeliveryOptions.DEFAULT, PATIENCE));
  }
}
