package org.openagi.p2p.messaging.bond;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.SendConfig;
import org.openagi.p2p.messaging.sim.SimBondedStream;
import org.openagi.p2p.messaging.sim.SimPath;
import org.openagi.p2p.messaging.sim.SimReceiver;
import org.openagi.p2p.messaging.sim.SimSender;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualWorld;

/** Lanes over bonds: every message once, in order, acknowledged. */
class BondedLanesTest {
  private static final PeerId ALICE = TestPeers.filledKey(1).peerId();
  private static final PeerId BOB = TestPeers.filledKey(2).peerId();
  private static final long MILLI = 1_000_000;

  private VirtualWorld world;
  private SimSender sender;
  private SimReceiver receiver;
  private RandomGenerator dice;
  private final Map<Lane, SimBondedStream> streams = new EnumMap<>(Lane.class);

  private static NetworkMessage message(MessageType type, int number, int length) {
    byte[] payload = new byte[Math.max(4, length)];
    new Random(number).nextBytes(payload);
    for (int i = 0; i < 4; i++) payload[i] = (byte) (number >> (24 - 8 * i));
    return NetworkMessage.of(type, BOB.toString(), Bytes.wrap(payload));
  }

  private static int numberOf(NetworkMessage message) {
    byte[] p = message.payload().unsafeArray();
    return (p[0] & 0xff) << 24 | (p[1] & 0xff) << 16 | (p[2] & 0xff) << 8 | (p[3] & 0xff);
  }

  private void connect(Lane lane) {
    SimBondedStream old = streams.get(lane);
    if (old != null) old.cut();
    SimBondedStream stream = new SimBondedStream(world);
    streams.put(lane, stream);
    receiver.accept(stream.bond.acceptor, stream::setAcceptorReceiver, stream::cut);
    addPath(stream);
    sender.attach(lane, stream.bond.opener, stream::setOpenerReceiver, stream::cut);
  }

  private void addPath(SimBondedStream stream) {
    stream.bond.add(50_000 + dice.nextLong(20 * MILLI), dice.nextDouble() * 20);
  }

  private static List<SimPath> alive(SimBondedStream stream) {
    return stream.bond.paths.stream().filter(path -> !path.isDead()).toList();
  }

  /**
   * Goal: what the lanes promise over one connection, they promise over several. Method: random messages, some of
   * several chunks; paths join and die while another lives; now and then all die and a new bond takes their place, as
   * after the end of either process; handlers stand still for a while.
   */
  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void whateverHappensToTheConnections(@ForAll long seed) {
    streams.clear();
    dice = SeededRandom.of(seed);
    world = new VirtualWorld(seed);
    sender =
        new SimSender(world, ALICE, BOB, SendConfig.defaults().withLifetime(Duration.ofHours(1)));
    receiver = new SimReceiver(
        world, BOB, ALICE, ReceiveConfig.defaults().withVerifyBeforeDelivery(dice.nextBoolean()));
    List<Integer> bulk = new ArrayList<>();
    List<Integer> urgent = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    receiver.handlers.addForAll(m -> {
      (m.messageType() == MessageType.DATA ? bulk : urgent).add(numberOf(m));
      if (!m.payload()
          .equals(message(m.messageType(), numberOf(m), m.payload().length()).payload())) {
        faults.add("payload of " + numberOf(m));
      }
    });
    List<OutboxEntry> submitted = new ArrayList<>();
    connect(Lane.BULK);
    connect(Lane.URGENT);
    int bulkSent = 0;
    int urgentSent = 0;
    for (int i = 0; i < 80; i++) {
      for (int n = dice.nextInt(40); n > 0; n--) {
        int length = dice.nextInt(20) == 0 ? dice.nextInt(900_000) : dice.nextInt(3_000);
        submitted.add(sender.submit(message(MessageType.DATA, bulkSent++, length), 0));
      }
      submitted.add(sender.submit(message(MessageType.CONSENSUS, urgentSent++, 100), 0));
      step();
      world.runFor(dice.nextLong(20 * MILLI));
    }
    receiver.releaseDrains();
    for (int i = 0; i < 300 && sender.quota.messages() > 0; i++) {
      for (Lane lane : streams.keySet().toArray(Lane[]::new)) {
        if (streams.get(lane).bond.opener.isOver()) connect(lane);
      }
      world.runFor(200 * MILLI);
    }
    assertEquals(List.of(), faults);
    assertEquals(List.of(), receiver.violations);
    assertEquals(List.of(), sender.violations);
    for (OutboxEntry entry : submitted) {
      assertEquals(
          Delivery.State.ACKNOWLEDGED,
          entry.state(),
          () -> entry + " of " + submitted.size() + "; " + describe());
    }
    assertEquals(java.util.stream.IntStream.range(0, bulkSent).boxed().toList(), bulk);
    assertEquals(java.util.stream.IntStream.range(0, urgentSent).boxed().toList(), urgent);
    for (SimBondedStream stream : streams.values()) {
      assertEquals(List.of(), stream.bond.violations);
      assertTrue(stream.bond.acceptor.incoming().heldBytes() == 0);
      stream.cut(); // a bond keeps what its paths have not acknowledged
    }
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    streams.forEach((lane, stream) -> text.append(lane)
        .append(": from ")
        .append(stream.bond.opener)
        .append(" to ")
        .append(stream.bond.acceptor)
        .append('\n'));
    return text.toString();
  }

  private void step() {
    Lane lane = dice.nextBoolean() ? Lane.BULK : Lane.URGENT;
    SimBondedStream stream = streams.get(lane);
    switch (dice.nextInt(10)) {
      case 0, 1, 2, 3 -> addPath(stream);
      case 4, 5, 6 -> {
        List<SimPath> alive = alive(stream);
        if (alive.size() < 3) return;
        SimPath path = alive.get(dice.nextInt(alive.size() - 1));
        path.kill();
        world.after(dice.nextLong(500 * MILLI), path.opener::notice);
        world.after(dice.nextLong(500 * MILLI), path.acceptor::notice);
      }
      case 7 -> connect(lane);
      case 8 -> receiver.holdDrains();
      default -> receiver.releaseDrains();
    }
  }
}
