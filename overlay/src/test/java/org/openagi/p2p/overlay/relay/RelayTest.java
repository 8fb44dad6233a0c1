package org.openagi.p2p.overlay.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;
import org.openagi.p2p.testkit.TestPeers;

/** Parcels over networks that change: what is delivered, over which ways, and how soon. */
class RelayTest {
  private static final Duration SETTLED = Duration.ofSeconds(5);

  private final RoutingNet net = new RoutingNet(1);

  private List<Node> chain(int length) {
    List<Node> nodes = net.add(1, length, NodeType.FULL);
    for (int i = 1; i < length; i++) net.link(nodes.get(i - 1), nodes.get(i));
    net.run(SETTLED);
    return nodes;
  }

  @Test
  void aParcelPassesAChainAndItsTrailNamesEachHop() {
    List<Node> nodes = chain(4);
    Node a = nodes.get(0);
    Node d = nodes.get(3);
    Parcel parcel = net.parcel(d, false, 1000);
    a.send(parcel);
    net.run(Duration.ofSeconds(1));

    assertEquals(1, d.parcels.size());
    Parcel there = d.parcels.getFirst();
    assertEquals(parcel.sealed(), there.sealed());
    assertEquals(32 - 2, there.ttl());
    assertEquals(
        List.of(a.id, nodes.get(1).id, nodes.get(2).id),
        there.trail().stream().map(Parcel.Hop::node).toList());
    assertEquals(List.of(parcel.id()), a.taken);
    assertEquals(Map.of(), a.refused);
  }

  @Test
  void eachHopNotesHowLongTheLinkToTheNextTookLately() {
    List<Node> nodes = chain(4);
    Node a = nodes.get(0);
    Node d = nodes.get(3);
    a.send(net.parcel(d, false, 1000));
    net.run(Duration.ofSeconds(1));
    a.send(net.parcel(d, false, 1000));
    net.run(Duration.ofSeconds(1));

    List<Parcel.Hop> first = d.parcels.getFirst().trail();
    assertEquals(List.of(0L, 0L, 0L), first.stream().map(Parcel.Hop::linkMicros).toList());
    List<Parcel.Hop> second = d.parcels.getLast().trail();
    long roundTrip = 20_000L;
    assertEquals(
        List.of(roundTrip, roundTrip, roundTrip),
        second.stream().map(Parcel.Hop::linkMicros).toList());
  }

  @Test
  void reachSaysHowFarAndTellsWhenItChanges() {
    List<Node> nodes = chain(4);
    Node a = nodes.get(0);
    Reach reach = a.relay.reach(nodes.get(3).id);
    assertEquals(Reach.Kind.ROUTED, reach.kind());
    assertEquals(3, reach.hops());
    assertEquals(List.of(nodes.get(1).id), reach.nextHops());
    assertEquals(Reach.Kind.DIRECT, a.relay.reach(nodes.get(1).id).kind());
    assertEquals(Reach.NONE, a.relay.reach(TestPeers.keyless(99)));

    net.cut(nodes.get(2), nodes.get(3));
    net.run(Duration.ofSeconds(1));
    assertEquals(List.of("NONE 0"), a.reaches);
    net.link(nodes.get(0), nodes.get(3));
    net.run(Duration.ofSeconds(1));
    assertEquals("DIRECT 1", a.reaches.getLast());
  }

  @Test
  void aParcelWithTooFewHopsIsRefused() {
    List<Node> nodes = chain(4);
    Parcel far = net.parcel(nodes.get(3), false, 10);
    Parcel parcel =
        new Parcel(far.id(), far.to(), 2, far.lifetimeMillis(), false, List.of(), far.sealed());
    nodes.get(0).send(parcel);
    net.run(Duration.ofSeconds(3));
    assertEquals(Map.of(parcel.id(), ParcelRefusal.TTL_EXCEEDED), nodes.get(0).refused);
    assertEquals(List.of(), nodes.get(3).parcels);
  }

  @Test
  void aLightNodeIsReachedButNeverPassed() {
    Node a = net.add(1);
    Node light = net.add(2, NodeType.LIGHT, null);
    Node b = net.add(3);
    net.link(a, light);
    net.link(light, b);
    net.run(SETTLED);
    assertEquals(Reach.Kind.NONE, a.relay.reach(b.id).kind());
    Node c = net.add(4);
    net.link(a, c);
    net.link(c, b);
    net.run(SETTLED);
    assertEquals(List.of(c.id), a.relay.reach(b.id).nextHops());
    a.send(net.parcel(light, false, 10));
    net.run(Duration.ofSeconds(1));
    assertEquals(1, light.parcels.size());
  }

  private List<Node> twins() {
    List<Node> nodes = net.add(1, 5, NodeType.FULL); // a, b, b2, c, d
    net.link(nodes.get(0), nodes.get(1));
    net.link(nodes.get(0), nodes.get(2));
    net.link(nodes.get(1), nodes.get(3));
    net.link(nodes.get(2), nodes.get(3));
    net.link(nodes.get(3), nodes.get(4));
    net.run(SETTLED);
    return nodes;
  }

  @Test
  void twoWaysOfEqualCostShareTheLoad() {
    List<Node> nodes = twins();
    for (int i = 0; i < 400; i++) {
      nodes.get(0).send(net.parcel(nodes.get(4), false, 500));
      net.run(Duration.ofMillis(5));
    }
    net.run(Duration.ofSeconds(1));
    assertEquals(400, nodes.get(4).parcels.size());
    long byFirst = nodes.get(1).relay.counts().passedOn();
    assertTrue(byFirst > 120 && byFirst < 280, byFirst + " of 400 over the first way");
    assertEquals(400, byFirst + nodes.get(2).relay.counts().passedOn());
  }

  @Test
  void whenARelayDiesNothingIsLostAndTheGapIsShort() {
    List<Node> nodes = twins();
    Node a = nodes.get(0);
    Node d = nodes.get(4);
    List<Bytes> sent = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Parcel parcel = net.parcel(d, false, 500);
      sent.add(parcel.id());
      a.send(parcel);
      net.run(Duration.ofMillis(5));
      if (i == 200) net.kill(nodes.get(1));
    }
    net.run(Duration.ofSeconds(2));
    assertEquals(Map.of(), a.refused);
    assertEquals(Set.copyOf(sent), d.arrivedAt.keySet());
    assertEquals(400, d.parcels.size(), "each once");
    List<Long> times = d.arrivedAt.values().stream().sorted().toList();
    long gap = 0;
    for (int i = 1; i < times.size(); i++) gap = Math.max(gap, times.get(i) - times.get(i - 1));
    assertTrue(gap < 100_000_000L, "gap of " + gap / 1_000_000 + " ms");
  }

  @Test
  void whatAHopGaveBackGoesAnotherWay() {
    // a ring: the way back is not nearer, so it is found only after the news of the cut
    List<Node> nodes = net.add(1, 6, NodeType.FULL);
    for (int i = 0; i < 6; i++) net.link(nodes.get(i), nodes.get((i + 1) % 6));
    net.run(SETTLED);
    Node a = nodes.get(0);
    Node d = nodes.get(2);
    net.at(net.time.nanoTime() + 15_000_000, () -> net.cut(nodes.get(1), nodes.get(2)));
    Parcel parcel = net.parcel(d, false, 500);
    a.send(parcel);
    long sentAt = net.time.nanoTime();
    net.run(Duration.ofSeconds(3));
    assertEquals(1, d.parcels.size(), () -> "refused: " + a.refused);
    long took = d.arrivedAt.getOrDefault(parcel.id(), 0L) - sentAt;
    assertTrue(took < 1_000_000_000L, "took " + took / 1_000_000 + " ms");
  }

  @Test
  void refusedParcelsGoBackToTheirSender() {
    List<Node> nodes = chain(4);
    Parcel parcel = net.parcel(nodes.get(3), false, 500);
    net.at(net.time.nanoTime() + 15_000_000, () -> net.kill(nodes.get(3)));
    nodes.get(0).send(parcel);
    net.run(Duration.ofSeconds(8));
    assertEquals(Map.of(parcel.id(), ParcelRefusal.NO_ROUTE), nodes.get(0).refused);
    assertEquals(0, nodes.get(1).relay.counts().heldParcels());
    assertEquals(0, nodes.get(2).relay.counts().heldParcels());
  }

  /** A node may see a copy once for each way; it passes it on once. */
  @Test
  void inARandomNetworkThatLosesNodesAllArriveAndNothingLoops() {
    net.encoding = false;
    List<Node> nodes = net.add(1, 200, NodeType.FULL);
    for (int i = 1; i < 200; i++) net.link(nodes.get(i), nodes.get(net.random.nextInt(i)));
    for (int i = 0; i < 500; i++) {
      Node a = nodes.get(net.random.nextInt(200));
      Node b = nodes.get(net.random.nextInt(200));
      if (a != b) net.link(a, b, Duration.ofMillis(1 + net.random.nextInt(40)));
    }
    net.run(Duration.ofSeconds(60));
    for (Node each : nodes) assertEquals(199, each.links.counts().known());

    Map<String, Integer> passages = new HashMap<>();
    net.spy = (from, to, frame) -> {
      if (frame instanceof RelayFrame.Carry carry) {
        passages.merge(from.id + " " + to.id + " " + carry.key(), 1, Integer::sum);
      }
      return true;
    };
    Map<Bytes, PeerId> sent = new HashMap<>();
    for (int i = 0; i < 600; i++) {
      Node from = nodes.get(net.random.nextInt(100));
      Node to = nodes.get(net.random.nextInt(100));
      if (from == to) continue;
      Parcel parcel = net.parcel(to, false, 200);
      sent.put(parcel.id(), to.id);
      from.send(parcel);
      net.run(Duration.ofMillis(5));
      if (i % 20 == 10) net.kill(nodes.get(100 + i / 20));
    }
    net.run(Duration.ofSeconds(10));
    Set<Bytes> missing = new HashSet<>(sent.keySet());
    int refused = 0;
    for (Node each : net.nodes.values()) {
      missing.removeAll(each.arrivedAt.keySet());
      assertEquals(each.arrivedAt.size(), each.parcels.size(), "each once");
      refused += each.refused.size();
    }
    assertEquals(Set.of(), missing, "refused " + refused);
    int most = passages.values().stream().max(Integer::compare).orElse(0);
    assertTrue(most <= 2, "a parcel passed a link " + most + " times");
    long repeats = passages.values().stream().filter(n -> n > 1).count();
    assertTrue(repeats <= sent.size() / 50, repeats + " repetitions over the same link");
  }
}
