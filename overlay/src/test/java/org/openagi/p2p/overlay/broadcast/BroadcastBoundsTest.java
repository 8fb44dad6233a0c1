package org.openagi.p2p.overlay.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.overlay.TestWorld;
import org.openagi.p2p.overlay.TestWorld.Node;
import org.openagi.p2p.overlay.membership.MembershipConfig;
import org.openagi.p2p.testkit.VirtualTime;

/** Neighbours that forge, repeat or flood. */
class BroadcastBoundsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = VirtualTime.DEFAULT_EPOCH_MILLIS;

  private final TestWorld world =
      new TestWorld(9, MembershipConfig.defaults(), BroadcastConfig.defaults());
  private Node honest;
  private Node hostile;
  private Node victim;

  @BeforeEach
  void link() {
    hostile = world.add();
    honest = world.add();
    victim = world.add();
    world.connect(hostile, honest);
    world.connect(honest, victim);
    world.run(SECOND);
  }

  private static BroadcastMessage message(Node origin, long number, long created, int length) {
    Bytes payload = Bytes.wrap(new byte[length]);
    Bytes text = BroadcastMessage.signedText(origin.id, NOW, number, created, payload);
    return new BroadcastMessage(origin.id, NOW, number, created, payload, origin.sign(text));
  }

  private void give(BroadcastFrame frame) throws ProtocolViolationException {
    honest.broadcast.onFrame(hostile.id, frame, world.now());
  }

  @Test
  void whatIsForgedIsNeitherHandedOverNorPassedOn() {
    BroadcastMessage signed = message(hostile, 1, NOW, 10);
    BroadcastMessage forged =
        new BroadcastMessage(victim.id, NOW, 1, NOW, signed.payload(), signed.signature());
    for (int i = 0; i < 3; i++) {
      ProtocolViolationException refused = assertThrows(
          ProtocolViolationException.class, () -> give(new BroadcastFrame.Gossip(1, forged)));
      assertEquals(Scope.PEER, refused.scope());
    }
    world.run(SECOND);
    assertEquals(3, honest.broadcast.counters().refusedSignature());
    assertTrue(honest.delivered.isEmpty());
    assertTrue(victim.delivered.isEmpty());
  }

  @Test
  void whoForgesAMessageOfItsNeighbourIsFoundOutByIt() throws Exception {
    BroadcastMessage earlier = message(honest, 1, NOW, 10); // of a run before this one
    give(new BroadcastFrame.Gossip(1, earlier));
    assertEquals(1, honest.broadcast.counters().duplicates());
    BroadcastMessage forged =
        new BroadcastMessage(honest.id, NOW, 2, NOW, earlier.payload(), earlier.signature());
    assertThrows(
        ProtocolViolationException.class, () -> give(new BroadcastFrame.Gossip(1, forged)));
    assertEquals(1, honest.broadcast.counters().refusedSignature());
    assertTrue(honest.delivered.isEmpty());
  }

  @Test
  void repetitionsAndOldMessagesDoNothing() throws Exception {
    BroadcastMessage message = message(hostile, 1, NOW, 10);
    for (int i = 0; i < 100; i++) give(new BroadcastFrame.Gossip(1, message));
    assertEquals(1, honest.delivered.size());
    assertEquals(99, honest.broadcast.counters().duplicates());
    give(new BroadcastFrame.Gossip(1, message(hostile, 2, NOW - 700_000, 10)));
    give(new BroadcastFrame.Gossip(1, message(hostile, 3, NOW + 700_000, 10)));
    assertEquals(2, honest.broadcast.counters().refusedAge());
    world.run(2000 * SECOND); // long after its numbers may be forgotten
    give(new BroadcastFrame.Gossip(1, message));
    assertEquals(1, honest.delivered.size());
  }

  @Test
  void aFloodOfOneOriginStopsAtItsNeighbour() throws Exception {
    for (int i = 1; i <= 10_000; i++) {
      give(new BroadcastFrame.Gossip(1, message(hostile, i, NOW, 10)));
    }
    int limit = BroadcastConfig.defaults().messagesPerSecond();
    assertEquals(limit, honest.delivered.size());
    assertEquals(10_000 - limit, honest.broadcast.counters().refusedRate());
  }

  @Test
  void newsOfWhatDoesNotExistAreBoundedAndGivenUp() throws Exception {
    for (int i = 0; i < 100; i++) {
      List<BroadcastFrame.Range> ranges = new ArrayList<>();
      for (int k = 0; k < 200; k++) {
        ranges.add(new BroadcastFrame.Range(1 + 1_000_000L * (200L * i + k), 900_000, 1, 0));
      }
      give(new BroadcastFrame.Have(List.of(new BroadcastFrame.Group(victim.id, 7, ranges))));
    }
    assertTrue(honest.broadcast.counters().refusedNews() > 10_000);
    world.run(60 * SECOND);
    BroadcastCounters after = honest.broadcast.counters();
    assertTrue(after.grafts() <= 6L * MissingMessages.MAX, "asked " + after.grafts() + " times");
    assertTrue(after.missed() > 0);
    long number = victim.sendToAll("still there?");
    world.run(SECOND);
    assertTrue(number > 0 && honest.delivered.size() == 1);
  }

  @Test
  void whoAsksForEverythingGetsNoMoreThanItsShare() throws Exception {
    for (int i = 0; i < 30; i++) {
      victim.broadcast.broadcast(Bytes.wrap(new byte[200_000]), world.now());
      world.run(SECOND / 10);
    }
    long before = honest.gossipSent;
    BroadcastFrame.Group all = new BroadcastFrame.Group(
        victim.id, victim.broadcast.epoch(), List.of(new BroadcastFrame.Range(1, 1L << 40, 0, 0)));
    for (int i = 0; i < 100; i++) give(new BroadcastFrame.Graft(List.of(all)));
    long bytes = (honest.gossipSent - before) * 200_000;
    assertTrue(
        bytes <= BroadcastConfig.defaults().graftBytesPerSecond(), bytes + " bytes were sent");
    assertTrue(honest.broadcast.counters().graftsUnserved() > 0);
  }

  @Test
  void whatIsSentTooFastIsRefusedAtItsOrigin() {
    int limit = BroadcastConfig.defaults().messagesPerSecond();
    for (int i = 1; i <= limit; i++) {
      assertEquals(i, honest.broadcast.broadcast(Bytes.EMPTY, world.now()));
    }
    assertEquals(0, honest.broadcast.broadcast(Bytes.EMPTY, world.now()));
    world.run(SECOND);
    assertEquals(limit + 1, honest.broadcast.broadcast(Bytes.EMPTY, world.now()));
    Bytes tooLong = Bytes.wrap(new byte[BroadcastMessage.MAX_PAYLOAD_BYTES + 1]);
    assertThrows(
        IllegalArgumentException.class, () -> honest.broadcast.broadcast(tooLong, world.now()));
  }
}
