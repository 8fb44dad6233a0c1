package org.openagi.p2p.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.SendConfig;
import org.openagi.p2p.messaging.sim.SimReceiver;
import org.openagi.p2p.messaging.sim.SimSender;
import org.openagi.p2p.messaging.sim.SimStream;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualWorld;

/** Two engines and a simulated link: what was accepted arrives once, in order, or its end is told. */
class EnginePairTest {
  private static final PeerId ALICE = TestPeers.filledKey(1).peerId();
  private static final PeerId BOB = TestPeers.filledKey(2).peerId();
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  private VirtualWorld world;
  private SimSender sender;
  private SimReceiver receiver;
  private final Map<Lane, SimStream> streams = new EnumMap<>(Lane.class);
  private final List<NetworkMessage> handled = new ArrayList<>();

  private void start(long seed, SendConfig send, ReceiveConfig receive) {
    world = new VirtualWorld(seed);
    sender = new SimSender(world, ALICE, BOB, send);
    receiver = new SimReceiver(world, BOB, ALICE, receive);
  }

  private void startAndCollect(long seed) {
    start(seed, SendConfig.defaults(), ReceiveConfig.defaults());
    receiver.handlers.addForAll(handled::add);
  }

  private void connect(Lane lane, int windowBytes, int maxPiece) {
    SimStream old = streams.get(lane);
    if (old != null) old.cut();
    SimStream stream = new SimStream(world, 50_000, windowBytes, maxPiece);
    streams.put(lane, stream);
    receiver.accept(stream);
    sender.attach(lane, stream);
  }

  private void connectAll() {
    for (Lane lane : Lane.values()) connect(lane, 256 << 10, 16 << 10);
  }

  private static NetworkMessage message(MessageType type, int number, int length) {
    byte[] payload = new byte[Math.max(4, length)];
    new java.util.Random(number).nextBytes(payload);
    payload[0] = (byte) (number >> 24);
    payload[1] = (byte) (number >> 16);
    payload[2] = (byte) (number >> 8);
    payload[3] = (byte) number;
    return NetworkMessage.of(type, BOB.toString(), Bytes.wrap(payload));
  }

  private static int numberOf(NetworkMessage message) {
    byte[] p = message.payload().unsafeArray();
    return (p[0] & 0xff) << 24 | (p[1] & 0xff) << 16 | (p[2] & 0xff) << 8 | (p[3] & 0xff);
  }

  @Test
  void aMessageArrivesWithAllItsFieldsAndIsAcknowledged() {
    startAndCollect(1);
    connectAll();
    NetworkMessage sent = NetworkMessage.builder()
        .messageId("msg_001")
        .recipientId(BOB.toString())
        .messageType(MessageType.CONSENSUS)
        .payload("vote")
        .timestamp(1_700_000_000_123L)
        .ttl(3)
        .build();
    OutboxEntry delivery = sender.submit(sent, 0);
    world.runFor(5 * MILLI);
    assertEquals(Delivery.State.ACKNOWLEDGED, delivery.state());
    NetworkMessage got = handled.getFirst();
    assertEquals("msg_001", got.messageId());
    assertEquals(ALICE.toString(), got.senderId());
    assertEquals(BOB.toString(), got.recipientId());
    assertEquals(MessageType.CONSENSUS, got.messageType());
    assertEquals("vote", got.text());
    assertEquals(1_700_000_000_123L, got.timestamp());
    assertEquals(2, got.ttl());
    assertEquals(1, got.attempt());
    assertEquals(0, sender.quota.messages());
  }

  @Test
  void theIdMadeFromTheNumberIsTheSameOnBothSides() {
    startAndCollect(2);
    connectAll();
    OutboxEntry delivery = sender.submit(message(MessageType.DATA, 7, 10), 0);
    world.runFor(5 * MILLI);
    assertEquals(delivery.messageId(), handled.getFirst().messageId());
    assertTrue(delivery.messageId().endsWith("-2-1"));
  }

  @Test
  void aPayloadOfManyChunksArrivesWholeThroughASmallWindow() {
    startAndCollect(3);
    connect(Lane.BULK, 256 << 10, 9_000);
    NetworkMessage big = message(MessageType.DATA, 1, 5_000_001);
    OutboxEntry delivery = sender.submit(big, 0);
    OutboxEntry next = sender.submit(message(MessageType.DATA, 2, 10), 0);
    world.runFor(2 * SECOND);
    assertEquals(Delivery.State.ACKNOWLEDGED, delivery.state());
    assertEquals(Delivery.State.ACKNOWLEDGED, next.state());
    assertEquals(big.payload(), handled.getFirst().payload());
  }

  @Test
  void sealsArePacedAndCoverManyMessages() {
    startAndCollect(4);
    connectAll();
    for (int i = 0; i < 10_000; i++) {
      sender.submit(message(MessageType.DATA, i, 64), 0);
      if (i % 10 == 0) world.runFor(5_000);
    }
    world.runFor(20 * MILLI);
    assertEquals(10_000, handled.size());
    long seals = sender.lanes.get(Lane.BULK).stats().sealsSent();
    assertTrue(seals >= 4 && seals <= 8, "5 ms of streaming made " + seals + " seals");
  }

  @Test
  void aSenderThatWaitsForEachAcknowledgementIsSlowedByTheSealPauseAtMost() {
    startAndCollect(5);
    connectAll();
    long start = world.time().nanoTime();
    for (int i = 0; i < 100; i++) {
      OutboxEntry delivery = sender.submit(message(MessageType.DATA, i, 64), 0);
      while (!delivery.state().isEnd()) world.runFor(10_000);
    }
    long each = (world.time().nanoTime() - start) / 100;
    assertTrue(each <= 300_000, each + " ns a message");
  }

  @Test
  void withoutAConnectionAMessageExpiresAndSaysWhy() {
    startAndCollect(6);
    OutboxEntry delivery = sender.submit(message(MessageType.DATA, 1, 10), 500);
    world.runFor(499 * MILLI);
    assertEquals(Delivery.State.QUEUED, delivery.state());
    world.runFor(2 * MILLI);
    assertEquals(Delivery.State.EXPIRED, delivery.state());
    assertTrue(delivery.outcome().join().toString().contains("not connected"));
    assertEquals(0, sender.quota.messages());
    connectAll();
    OutboxEntry later = sender.submit(message(MessageType.DATA, 2, 10), 0);
    world.runFor(5 * MILLI);
    assertEquals(Delivery.State.ACKNOWLEDGED, later.state());
    assertEquals(1, handled.size());
  }

  /** Found by {@code whateverHappensToTheLink} with seed 18714214589272. */
  @Test
  void aGreetingThatSettlesOnlyWhatExpiredBeforeItIsNoViolation() {
    startAndCollect(6);
    sender.submit(message(MessageType.DATA, 1, 10), 100);
    world.runFor(200 * MILLI);
    connectAll();
    world.runFor(5 * MILLI);
    assertEquals(List.of(), sender.violations);
  }

  @Test
  void anExpiredMessageBetweenOthersLeavesAHole() {
    startAndCollect(7);
    sender.submit(message(MessageType.DATA, 1, 10), 0);
    OutboxEntry gone = sender.submit(message(MessageType.DATA, 2, 10), 100);
    OutboxEntry last = sender.submit(message(MessageType.DATA, 3, 10), 0);
    world.runFor(200 * MILLI);
    connectAll();
    world.runFor(5 * MILLI);
    assertEquals(Delivery.State.EXPIRED, gone.state());
    assertEquals(Delivery.State.ACKNOWLEDGED, last.state());
    assertEquals(List.of(1, 3), handled.stream().map(EnginePairTest::numberOf).toList());
  }

  @Test
  void noHandlerAndFailingHandlerRefuseWithTheirReason() {
    start(8, SendConfig.defaults(), ReceiveConfig.defaults().withRetryAttempts(2));
    connectAll();
    OutboxEntry nobody = sender.submit(message(MessageType.HEARTBEAT, 1, 10), 0);
    List<Integer> attempts = new ArrayList<>();
    receiver.handlers.add(MessageType.DATA, m -> {
      if (numberOf(m) != 2) return;
      attempts.add(m.attempt());
      throw new IllegalStateException("no");
    });
    OutboxEntry failing = sender.submit(message(MessageType.DATA, 2, 10), 0);
    OutboxEntry behind = sender.submit(message(MessageType.DATA, 3, 10), 0);
    world.runFor(2 * SECOND);
    var refused = (Outcome.Refused) nobody.outcome().join();
    assertEquals(RefusalReason.NO_HANDLER, refused.reason());
    refused = (Outcome.Refused) failing.outcome().join();
    assertEquals(RefusalReason.HANDLER_FAILED, refused.reason());
    assertTrue(refused.detail().contains("no"), refused.detail());
    assertEquals(List.of(1, 2, 3), attempts);
    assertEquals(Delivery.State.ACKNOWLEDGED, behind.state());
  }

  @Test
  void thousandsOfRefusalsAreAllReported() {
    start(9, SendConfig.defaults(), ReceiveConfig.defaults());
    connectAll();
    List<OutboxEntry> all = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) all.add(sender.submit(message(MessageType.DATA, i, 10), 0));
    world.runFor(SECOND);
    for (OutboxEntry entry : all) assertEquals(Delivery.State.REFUSED, entry.state());
    assertEquals(0, sender.quota.messages());
  }

  @Test
  void nothingIsAcknowledgedBeforeItsSealWasChecked() {
    start(10, SendConfig.defaults(), ReceiveConfig.defaults());
    List<Delivery.State> seen = new ArrayList<>();
    OutboxEntry[] delivery = new OutboxEntry[1];
    receiver.handlers.addForAll(m -> seen.add(delivery[0].state()));
    connectAll();
    delivery[0] = sender.submit(message(MessageType.DATA, 1, 10), 0);
    world.runFor(110_000);
    assertEquals(List.of(Delivery.State.SENT), seen, "delivered on the channel's authenticity");
    assertEquals(0, receiver.inbox.stats().bundlesVerified());
    assertEquals(Delivery.State.SENT, delivery[0].state());
    world.runFor(200_000);
    assertEquals(1, receiver.inbox.stats().bundlesVerified());
    assertEquals(Delivery.State.ACKNOWLEDGED, delivery[0].state());
  }

  @Test
  void inTheStrictOrderHandlersWaitForTheSeal() {
    start(11, SendConfig.defaults(), ReceiveConfig.defaults().withVerifyBeforeDelivery(true));
    List<Long> verifiedBefore = new ArrayList<>();
    receiver.handlers.addForAll(m -> {
      verifiedBefore.add(receiver.inbox.stats().bundlesVerified());
      handled.add(m);
    });
    connect(Lane.BULK, 256 << 10, 5_000);
    for (int i = 0; i < 100; i++) sender.submit(message(MessageType.DATA, i, 20_000), 0);
    world.runFor(2 * SECOND);
    assertEquals(100, handled.size());
    assertTrue(verifiedBefore.stream().allMatch(v -> v > 0));
  }

  @Test
  void quickHandlersTakeSmallMessagesWithinTheReadAndLeaveAFlowToThreads() {
    start(15, SendConfig.defaults(), ReceiveConfig.defaults());
    receiver.handlers.addForAll(MessageHandler.quick(handled::add));
    receiver.holdDrains();
    connectAll();
    OutboxEntry small = sender.submit(message(MessageType.DATA, 1, 100), 0);
    world.runFor(5 * MILLI);
    assertEquals(1, handled.size());
    assertEquals(Delivery.State.ACKNOWLEDGED, small.state());
    sender.submit(message(MessageType.DATA, 2, 100_000), 0);
    world.runFor(50 * MILLI);
    assertEquals(1, handled.size());
    receiver.releaseDrains();
    world.runFor(50 * MILLI);
    assertEquals(2, handled.size());
  }

  @Test
  void oneOrdinaryHandlerKeepsALaneOffTheEventLoop() {
    start(16, SendConfig.defaults(), ReceiveConfig.defaults());
    receiver.handlers.add(MessageType.CONSENSUS, MessageHandler.quick(handled::add));
    receiver.handlers.add(MessageType.HEARTBEAT, handled::add);
    receiver.holdDrains();
    connectAll();
    sender.submit(message(MessageType.CONSENSUS, 1, 100), 0);
    world.runFor(5 * MILLI);
    assertEquals(List.of(), handled);
    receiver.releaseDrains();
    world.runFor(5 * MILLI);
    assertEquals(1, handled.size());
  }

  @Test
  void aHandlerThatStandsStillStopsItsSenderAtTheWindow() {
    startAndCollect(12);
    connect(Lane.BULK, 256 << 10, 16 << 10);
    receiver.holdDrains();
    for (int i = 0; i < 2_000; i++) sender.submit(message(MessageType.DATA, i, 1_000), 0);
    world.runFor(10 * SECOND);
    assertTrue(streams.get(Lane.BULK).acceptor.heldBytes() <= 256 << 10);
    assertEquals(0, handled.size());
    receiver.releaseDrains();
    world.runFor(SECOND);
    assertEquals(2_000, handled.size());
    assertEquals(0, sender.quota.messages());
  }

  @Test
  void theSameIdGivenTwiceIsHandledOnce() {
    startAndCollect(13);
    connectAll();
    NetworkMessage twice = NetworkMessage.builder()
        .messageId("once")
        .recipientId(BOB.toString())
        .payload("x")
        .build();
    OutboxEntry first = sender.submit(twice, 0);
    OutboxEntry second = sender.submit(twice, 0);
    world.runFor(5 * MILLI);
    assertTrue(first.outcome().join().isAcknowledged());
    assertTrue(second.outcome().join().isAcknowledged());
    assertEquals(1, handled.size());
  }

  @Test
  void aPeerAboveItsRateIsSlowedNotDropped() {
    start(14, SendConfig.defaults(), ReceiveConfig.defaults().withRates(1_000, 1e6));
    receiver.handlers.addForAll(handled::add);
    connect(Lane.BULK, 256 << 10, 16 << 10);
    for (int i = 0; i < 5_000; i++) sender.submit(message(MessageType.DATA, i, 500), 0);
    world.runFor(SECOND / 2);
    assertTrue(handled.size() < 3_000, handled.size() + " in half a second");
    world.runFor(8 * SECOND);
    assertEquals(5_000, handled.size());
    assertTrue(receiver.inbox.stats().throttled() > 0);
  }

  /**
   * Goal: no silent loss, no duplicate, order per lane. Method: random messages, cuts at random moments,
   * new streams with random windows and pieces, handlers that fail now and then, on the event loop or on
   * threads of their own; then a quiet time.
   */
  @Property(tries = 25, shrinking = ShrinkingMode.OFF)
  void whateverHappensToTheLink(@ForAll long seed) {
    streams.clear();
    handled.clear();
    RandomGenerator dice = SeededRandom.of(seed);
    boolean strict = dice.nextBoolean();
    start(
        seed,
        SendConfig.defaults().withLifetime(Duration.ofSeconds(30)),
        ReceiveConfig.defaults().withVerifyBeforeDelivery(strict).withRetryAttempts(2));
    Map<Integer, Integer> timesHandled = new HashMap<>();
    Map<Lane, Integer> lastOf = new EnumMap<>(Lane.class);
    List<String> faults = new ArrayList<>();
    Map<Integer, Integer> failures = new HashMap<>();
    MessageHandler checking = m -> {
      int number = numberOf(m);
      if (number % 97 == 3 && failures.merge(number, 1, Integer::sum) <= number % 5) {
        throw new IllegalStateException("fails at first");
      }
      timesHandled.merge(number, 1, Integer::sum);
      Integer last = lastOf.put(m.messageType().lane(), number);
      if (last != null && last >= number) faults.add(number + " after " + last);
      if (!m.payload()
          .equals(message(m.messageType(), number, m.payload().length()).payload())) {
        faults.add("payload of " + number);
      }
    };
    receiver.handlers.addForAll(dice.nextBoolean() ? MessageHandler.quick(checking) : checking);
    Map<Integer, OutboxEntry> submitted = new HashMap<>();
    for (int step = 0; step < 120; step++) {
      switch (dice.nextInt(8)) {
        case 0 -> cut(dice);
        case 1, 2 -> {
          Lane lane = Lane.values()[dice.nextInt(3)];
          connect(lane, 256 << 10 << dice.nextInt(3), 1 + dice.nextInt(3_000));
        }
        default -> {
          int burst = 1 << dice.nextInt(7);
          for (int i = 0; i < burst; i++) {
            int number = submitted.size();
            MessageType type = MessageType.values()[dice.nextInt(5)];
            int length = dice.nextInt(40) == 0 ? dice.nextInt(400_000) : dice.nextInt(300);
            long lifetime = dice.nextInt(20) == 0 ? 1 + dice.nextInt(50) : 0;
            submitted.put(number, sender.submit(message(type, number, length), lifetime));
          }
        }
      }
      world.runFor((long) (dice.nextDouble() * dice.nextDouble() * 20 * MILLI));
    }
    for (Lane lane : Lane.values()) connect(lane, 256 << 10, 4_000);
    world.runFor(40 * SECOND);
    assertEquals(List.of(), faults);
    assertEquals(List.of(), receiver.violations);
    assertEquals(List.of(), sender.violations);
    submitted.forEach((number, entry) -> {
      int times = timesHandled.getOrDefault(number, 0);
      String what = number + " " + entry.state() + " " + times;
      assertTrue(entry.state().isEnd(), what);
      assertTrue(times <= 1, what);
      if (entry.state() == Delivery.State.ACKNOWLEDGED) assertEquals(1, times, what);
      if (entry.state() == Delivery.State.REFUSED) assertEquals(0, times, what);
    });
    assertEquals(0, sender.quota.messages());
    assertEquals(0, sender.quota.bytes());
  }

  private void cut(RandomGenerator dice) {
    Lane[] lanes = Lane.values();
    SimStream stream = streams.get(lanes[dice.nextInt(lanes.length)]);
    if (stream != null) stream.cut();
  }

  @Test
  void typesGoToTheirLanes() {
    startAndCollect(15);
    connect(Lane.URGENT, 64 << 10, 1_000);
    Arrays.stream(MessageType.values()).forEach(t -> sender.submit(message(t, t.number(), 5), 0));
    world.runFor(5 * MILLI);
    assertEquals(
        List.of(MessageType.HEARTBEAT, MessageType.CONSENSUS),
        handled.stream().map(NetworkMessage::messageType).toList());
  }
}
