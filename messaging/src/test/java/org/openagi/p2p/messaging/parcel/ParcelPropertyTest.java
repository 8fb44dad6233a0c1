package org.openagi.p2p.messaging.parcel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.SendConfig;
import org.openagi.p2p.overlay.relay.Reach;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.VirtualWorld;

/**
 * Goal: ways may change at any moment and nothing is lost, doubled or out of order. Method: durable nodes, random messages; the
 * way changes between direct streams, parcels over relays that lose, repeat, reorder, alter and refuse, a mailbox, and none; both
 * processes crash and come back; then a quiet time.
 */
class ParcelPropertyTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final Lane[] LANES = {Lane.URGENT, Lane.CONTROL, Lane.BULK};
  private static final MessageType[] TYPES = {
    MessageType.CONSENSUS, MessageType.DISCOVERY, MessageType.DATA
  };

  private VirtualWorld world;
  private SimCourier courier;
  private SimNode alice;
  private SimNode bob;
  private final Map<Integer, Integer> timesHandled = new HashMap<>();
  private final Map<Integer, Integer> highestOf = new HashMap<>();
  private final List<String> faults = new ArrayList<>();
  private final Set<Integer> accepted = new HashSet<>();
  private int submitted;
  private boolean aliceLives = true;
  private boolean bobLives = true;

  private void start(long seed) {
    world = new VirtualWorld(seed);
    courier = new SimCourier(world);
    SimNode.Setting setting = new SimNode.Setting(
        SendConfig.defaults().withLifetime(Duration.ofMinutes(20)),
        ReceiveConfig.defaults().withVerifyBeforeDelivery(world.random().nextBoolean()),
        ParcelConfig.defaults(),
        true);
    alice = new SimNode(world, courier, ParcelPairTest.ALICE, ParcelPairTest.BOB.peerId(), setting);
    bob = new SimNode(world, courier, ParcelPairTest.BOB, ParcelPairTest.ALICE.peerId(), setting);
    bob.handle(this::onMessage);
    timesHandled.clear();
    highestOf.clear();
    faults.clear();
    accepted.clear();
    submitted = 0;
    aliceLives = true;
    bobLives = true;
  }

  private void onMessage(NetworkMessage message) {
    int number = numberOf(message.payload());
    if (!message.payload().equals(payload(number, message.payload().length()))) {
      faults.add("payload of " + number);
    }
    // A process that died while a handler ran hands over again, and says so.
    if (message.isRedelivered()) {
      timesHandled.merge(number, 0, Integer::sum);
      return;
    }
    timesHandled.merge(number, 1, Integer::sum);
    int lane = message.messageType().lane().number();
    Integer before = highestOf.put(lane, number);
    if (before != null && before >= number) faults.add(number + " after " + before);
  }

  private static Bytes payload(int number, int length) {
    byte[] payload = new byte[length];
    new java.util.Random(number).nextBytes(payload);
    for (int i = 0; i < 4; i++) payload[i] = (byte) (number >>> (24 - 8 * i));
    return Bytes.wrap(payload);
  }

  private static int numberOf(Bytes payload) {
    int number = 0;
    for (int i = 0; i < 4; i++) number = number << 8 | (payload.get(i) & 0xff);
    return number;
  }

  private void submit(RandomGenerator dice) {
    int which = dice.nextInt(LANES.length);
    int number = submitted++;
    int length = dice.nextInt(60) == 0 ? 4 + dice.nextInt(700_000) : 4 + dice.nextInt(300);
    OutboxEntry entry = alice.submit(
        LANES[which],
        NetworkMessage.of(
            TYPES[which], ParcelPairTest.BOB.peerId().toString(), payload(number, length)),
        DeliveryOptions.DEFAULT);
    entry.accepted().thenRun(() -> accepted.add(number));
  }

  private void direct() {
    if (!aliceLives || !bobLives) return;
    alice.stopParcels();
    for (Lane lane : LANES) alice.connect(lane, bob);
  }

  private void parcels(Reach.Kind kind) {
    courier.reach(ParcelPairTest.BOB.peerId(), bobLives ? kind : Reach.Kind.MAILBOX);
    courier.reach(
        ParcelPairTest.ALICE.peerId(), aliceLives ? Reach.Kind.ROUTED : Reach.Kind.MAILBOX);
    if (!aliceLives) return;
    alice.disconnect();
    alice.startParcels();
  }

  private void weather(RandomGenerator dice) {
    courier.loss = dice.nextInt(3) * 0.1;
    courier.duplicates = dice.nextInt(3) * 0.2;
    courier.altered = dice.nextInt(3) * 0.05;
    courier.refusals = dice.nextInt(3) * 0.1;
    courier.mailLoss = dice.nextInt(2) * 0.2;
    courier.jitterNanos = dice.nextInt(40) * MILLI;
  }

  private void step(RandomGenerator dice) {
    switch (dice.nextInt(12)) {
      case 0 -> direct();
      case 1 -> parcels(Reach.Kind.ROUTED);
      case 2 -> parcels(Reach.Kind.MAILBOX);
      case 3 -> parcels(Reach.Kind.NONE);
      case 4 -> weather(dice);
      case 5 -> {
        if (aliceLives && dice.nextInt(3) == 0) {
          alice.crash();
          aliceLives = false;
        } else if (!aliceLives) {
          revive();
        }
      }
      case 6 -> {
        if (bobLives && dice.nextInt(3) == 0) {
          bob.crash();
          bobLives = false;
        } else if (!bobLives) {
          revive();
        }
      }
      case 7 -> {
        if (aliceLives) alice.disconnect();
      }
      default -> {
        if (!aliceLives) return;
        for (int i = 1 << dice.nextInt(7); i > 0; i--) submit(dice);
      }
    }
  }

  private void revive() {
    if (!aliceLives) alice.restart();
    if (!bobLives) bob.restart();
    aliceLives = true;
    bobLives = true;
    parcels(Reach.Kind.ROUTED);
  }

  private void crashNow(RandomGenerator dice) {
    // What a crash leaves unforced may have been read and sent already? Never: a cursor shows what
    // is durable.
    if (dice.nextBoolean()) {
      if (aliceLives) alice.crash();
      aliceLives = false;
    } else {
      if (bobLives) bob.crash();
      bobLives = false;
    }
  }

  @Property(tries = 25, shrinking = ShrinkingMode.OFF)
  void whateverHappensToTheWays(@ForAll long seed) {
    start(seed);
    RandomGenerator dice = SeededRandom.of(seed ^ 0x5deece66dL);
    parcels(Reach.Kind.ROUTED);
    for (int i = 0; i < 150; i++) {
      step(dice);
      if (dice.nextInt(60) == 0) crashNow(dice);
      long span = dice.nextInt(10) == 0 ? 3 * SECOND : 60 * MILLI;
      world.runFor((long) (dice.nextDouble() * dice.nextDouble() * span));
    }
    revive();
    courier.loss = 0;
    courier.refusals = 0;
    courier.altered = 0;
    courier.duplicates = 0;
    parcels(Reach.Kind.ROUTED);
    world.runFor(120 * SECOND);
    String what = "seed " + seed;
    assertEquals(List.of(), faults, what);
    assertEquals(List.of(), alice.violations, what);
    assertEquals(List.of(), bob.violations, what);
    assertEquals(List.of(), alice.refusals, what);
    timesHandled.forEach(
        (number, times) -> assertTrue(times <= 1, what + ": " + number + " " + times + " times"));
    for (int number : accepted) {
      assertTrue(timesHandled.containsKey(number), what + ": " + number + " was lost");
    }
    assertTrue(alice.isIdle(), what + ": something is not settled");
    assertEquals(0, alice.quota().messages(), what);
  }
}
