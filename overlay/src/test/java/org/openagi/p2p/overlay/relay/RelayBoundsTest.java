package org.openagi.p2p.overlay.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;
import org.openagi.p2p.overlay.linkstate.LinkStateConfig;
import org.openagi.p2p.testkit.TestPeers;

/** What others can make a node hold, remember and do has bounds, and who goes beyond them harms nobody else. */
class RelayBoundsTest {
  private static final int SIZE = 100_000;

  private final RoutingNet net = new RoutingNet(11);

  /** Room for so many parcels of {@link #SIZE}: in all, and of one neighbour. */
  private static RelayConfig room(int all, int each, int window) {
    RelayConfig d = RelayConfig.defaults(true);
    return new RelayConfig(
        true,
        all * (SIZE + 1000L),
        Math.max(Parcel.MAX_SEALED_BYTES, each * (SIZE + 1000L)),
        d.maxHeldParcels(),
        window * (SIZE + 1000L),
        d.maxSeen(),
        d.seenFor(),
        d.copyFor(),
        d.takenTimeout(),
        d.fullPause(),
        d.patience(),
        d.keepers(),
        4,
        d.watchedFor(),
        d.mailbox());
  }

  private Node add(int number, RelayConfig relay) {
    return net.add(number, NodeType.FULL, LinkStateConfig.defaults(NodeType.FULL), relay, null);
  }

  /** Two senders, a relay, a recipient. */
  private List<Node> star(RelayConfig relay) {
    Node a = net.add(1);
    Node b = net.add(2);
    Node middle = add(3, relay);
    Node d = net.add(4);
    net.link(a, middle);
    net.link(b, middle);
    net.link(middle, d);
    net.run(Duration.ofSeconds(5));
    return List.of(a, b, middle, d);
  }

  @Test
  void aRelayThatCannotSendHoldsABoundedNumberAndTheRestWaitsAtTheSenders() {
    List<Node> nodes = star(room(8, 5, 4));
    Node a = nodes.get(0);
    Node b = nodes.get(1);
    Node middle = nodes.get(2);
    Node d = nodes.get(3);
    middle.busy = true;
    for (int i = 0; i < 20; i++) a.send(net.parcel(d, false, SIZE));
    net.run(Duration.ofSeconds(1));
    assertEquals(5, middle.relay.counts().heldParcels(), "of one neighbour");
    for (int i = 0; i < 20; i++) b.send(net.parcel(d, false, SIZE));
    net.run(Duration.ofSeconds(1));
    assertEquals(8, middle.relay.counts().heldParcels(), "in all");
    assertTrue(middle.relay.counts().heldBytes() <= 8 * (SIZE + 1000L));
    assertEquals(Map.of(), a.refused);

    middle.busy = false;
    net.run(Duration.ofSeconds(20));
    assertEquals(40, d.parcels.size(), "none is lost");
    net.run(Duration.ofSeconds(20));
    for (Node each : nodes) assertEquals(0, each.relay.counts().heldBytes());
  }

  @Test
  void neighboursTakeTurnsHoweverMuchOneSends() {
    List<Node> nodes = star(room(200, 100, 2));
    Node d = nodes.get(3);
    nodes.get(2).busy = true;
    for (int i = 0; i < 60; i++) nodes.get(0).send(net.parcel(d, false, SIZE));
    net.run(Duration.ofSeconds(2));
    for (int i = 0; i < 5; i++) nodes.get(1).send(net.parcel(d, false, SIZE));
    net.run(Duration.ofSeconds(2));
    nodes.get(2).busy = false;
    net.run(Duration.ofSeconds(10));
    assertEquals(65, d.parcels.size());
    int last = 0;
    for (int i = 0; i < 65; i++) {
      PeerId from = d.parcels.get(i).trail().getFirst().node();
      if (from.equals(nodes.get(1).id)) last = i;
    }
    assertTrue(last <= 14, "the fifth of the modest sender was number " + last);
  }

  @Test
  void aNeighbourThatNeverAnswersIsGotAroundAndBlamed() {
    Node a = net.add(1);
    Node silent = net.add(2);
    Node b = net.add(3);
    Node d = net.add(4);
    net.link(a, silent);
    net.link(silent, d);
    net.link(a, b, Duration.ofMillis(30));
    net.link(b, d, Duration.ofMillis(30));
    net.run(Duration.ofSeconds(5));
    net.spy = (from, to, frame) -> from != silent || !(frame instanceof RelayFrame);
    for (int i = 0; i < 10; i++) a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(7));
    assertEquals(10, d.parcels.size());
    assertTrue(a.blames.contains("SILENT"), a.blames.toString());
  }

  @Test
  void whatASuspectHasNotAnsweredGoesAnotherWayAtOnceIfThereIsOne() {
    Node a = net.add(1);
    Node suspect = net.add(2);
    Node d = net.add(4);
    net.link(a, suspect);
    net.link(suspect, d);
    net.run(Duration.ofSeconds(5));
    net.spy = (from, to, frame) -> to != suspect || !(frame instanceof RelayFrame);
    for (int i = 0; i < 10; i++) a.send(net.parcel(d, false, 100));
    a.relay.onDoubted(suspect.id, net.time.nanoTime());
    assertEquals(10, a.relay.counts().heldParcels());
    assertEquals(0, a.relay.counts().rerouted());
    Node b = net.add(3);
    net.link(a, b, Duration.ofMillis(30));
    net.link(b, d, Duration.ofMillis(30));
    net.run(Duration.ofSeconds(2));
    a.relay.onDoubted(suspect.id, net.time.nanoTime());
    net.run(Duration.ofMillis(100));
    assertEquals(10, d.parcels.size());
    assertEquals(10, a.relay.counts().rerouted());
  }

  @Test
  void whatIsExpiredIsRefusedAndNotSent() {
    List<Node> nodes = star(room(8, 5, 4));
    Node a = nodes.get(0);
    nodes.get(2).busy = true;
    Parcel any = net.parcel(nodes.get(3), false, 100);
    Parcel parcel = new Parcel(any.id(), any.to(), 8, 3000, false, List.of(), any.sealed());
    a.send(parcel);
    net.run(Duration.ofSeconds(6));
    assertEquals(Map.of(parcel.id(), ParcelRefusal.EXPIRED), a.refused);
    assertEquals(0, nodes.get(2).relay.counts().heldParcels());
  }

  @Test
  void answersToWhatWasNotSentToThatNeighbourAreIgnored() {
    List<Node> nodes = star(room(8, 5, 4));
    Node a = nodes.get(0);
    Node liar = nodes.get(1);
    Node middle = nodes.get(2);
    middle.busy = true;
    Parcel parcel = net.parcel(nodes.get(3), false, 100);
    a.send(parcel);
    net.run(Duration.ofMillis(100));
    ParcelKey key = new ParcelKey(parcel.id(), 0);
    middle.receive(liar.id, new RelayFrame.Taken(key));
    middle.receive(liar.id, new RelayFrame.Arrived(key));
    middle.receive(liar.id, new RelayFrame.Refused(key, ParcelRefusal.NO_ROUTE));
    middle.busy = false;
    net.run(Duration.ofSeconds(1));
    assertEquals(1, nodes.get(3).parcels.size());
    assertEquals(Map.of(), a.refused);
  }

  @Test
  void aCircleIsRefusedAndARepetitionIsTakenWithoutEffect() {
    List<Node> nodes = star(room(8, 5, 4));
    Node a = nodes.get(0);
    Node b = nodes.get(1);
    Node middle = nodes.get(2);
    Node d = nodes.get(3);
    List<String> answers = new ArrayList<>();
    net.spy = (from, to, frame) -> {
      if (to == b && frame instanceof RelayFrame.Refused no) answers.add("REFUSED " + no.why());
      if (to == b && frame instanceof RelayFrame.Taken) answers.add("TAKEN");
      return true;
    };
    Parcel parcel = net.parcel(d, false, 100);
    a.send(parcel);
    net.run(Duration.ofSeconds(1));
    Parcel.Hop first = new Parcel.Hop(a.id, 0);
    give(middle, b, parcel, first);
    assertEquals(List.of("TAKEN"), answers);
    give(middle, b, parcel, first, new Parcel.Hop(middle.id, 0));
    assertEquals(List.of("TAKEN", "REFUSED SEEN"), answers);
    net.run(Duration.ofSeconds(1));
    assertEquals(1, d.parcels.size());
    assertEquals(2, middle.relay.counts().repeated());
  }

  private static void give(Node to, Node from, Parcel parcel, Parcel.Hop... trail) {
    Parcel passed =
        new Parcel(parcel.id(), parcel.to(), 8, 1000, false, List.of(trail), parcel.sealed());
    to.receive(from.id, new RelayFrame.Carry(0, Optional.empty(), false, 0, passed));
  }

  @Test
  void theMemoryOfWhatPassedIsBoundedByNumberAndTime() {
    SeenParcels seen = new SeenParcels(3, 1000);
    PeerId peer = TestPeers.keyless(1);
    for (int i = 0; i < 5; i++) seen.add(key(i), peer, 0);
    assertEquals(3, seen.size());
    assertNull(seen.find(key(1)));
    assertNotNull(seen.find(key(2)));
    seen.add(key(9), peer, 1500);
    assertEquals(1, seen.size());
  }

  private static ParcelKey key(int number) {
    return new ParcelKey(Bytes.fromHex(String.format("%032x", number)), 0);
  }

  @Test
  void whoIsWatchedIsBounded() {
    List<Node> nodes = star(room(8, 5, 4));
    Node middle = nodes.get(2);
    for (int i = 100; i < 110; i++) middle.relay.reach(TestPeers.keyless(i));
    middle.relay.reach(nodes.get(0).id);
    net.cut(middle, nodes.get(0));
    net.run(Duration.ofSeconds(1));
    assertEquals(List.of("NONE 0"), middle.reaches);
    ReachWatch watch = new ReachWatch(4, 1000);
    for (int i = 0; i < 10; i++) watch.onAsked(TestPeers.keyless(i), Reach.NONE, 0);
    assertEquals(4, watch.size());
  }

  @Test
  void keepersAreTheSameForAllAndSpread() {
    List<PeerId> nodes = new ArrayList<>();
    for (int i = 0; i < 20; i++) nodes.add(TestPeers.keyless(i));
    Map<PeerId, Integer> chosen = new HashMap<>();
    for (int i = 100; i < 1100; i++) {
      List<PeerId> keepers = Keepers.choose(TestPeers.keyless(i), nodes, 2);
      assertEquals(keepers, Keepers.choose(TestPeers.keyless(i), nodes.reversed(), 2));
      for (PeerId each : keepers) chosen.merge(each, 1, Integer::sum);
    }
    for (int n : chosen.values()) assertTrue(n > 60 && n < 150, chosen.values().toString());
    assertTrue(!Keepers.choose(nodes.get(3), nodes, 20).contains(nodes.get(3)));
  }
}
