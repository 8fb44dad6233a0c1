package org.openagi.p2p.overlay.linkstate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.overlay.NextHop;
import org.openagi.p2p.overlay.Route;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;
import org.openagi.p2p.testkit.TestPeers;

/** Which ways nodes take, and what it costs to find them. */
class WaysTest {
  private static final int NODES = 24;

  private static Route route(RoutingNet net, Node from, PeerId to) {
    return from.links.route(to, net.time.nanoTime());
  }

  /** Every node with three links or more, some of which are much slower than others. */
  private static List<Node> mesh(RoutingNet net) {
    net.encoding = false;
    List<Node> nodes = net.add(1, NODES, NodeType.FULL);
    for (int i = 0; i < NODES; i++) {
      for (int j = 0; j < 3; j++) {
        Node other = nodes.get(j == 0 ? (i + 1) % NODES : net.random.nextInt(NODES));
        if (other == nodes.get(i)) continue;
        net.link(nodes.get(i), other, Duration.ofMillis(1 + net.random.nextInt(80)));
      }
    }
    net.run(Duration.ofSeconds(20));
    return nodes;
  }

  /**
   * Goal: no circles among nodes that heard the same, however much what each has measured differs from what it said. Method: all
   * measures jump and nothing is said of it; from each node to each other one goes to any next hop that is nearer.
   */
  @Property(tries = 20)
  void nobodyIsSentInACircleWhateverEachNodeMeasures(@ForAll long seed) {
    RoutingNet net = new RoutingNet(seed);
    List<Node> nodes = mesh(net);
    for (Node each : nodes) {
      for (PeerId peer : each.neighbours()) {
        int rtt = 1_000 + net.random.nextInt(200_000);
        each.qualities.put(peer, new LinkQuality(rtt, net.random.nextInt(300), 0));
        each.links.onJudged(peer, net.time.nanoTime());
      }
    }
    for (Node from : nodes) {
      for (Node to : nodes) if (from != to) follow(net, from, to);
    }
  }

  private static void follow(RoutingNet net, Node from, Node to) {
    Set<PeerId> passed = new HashSet<>();
    Node at = from;
    while (at != to) {
      assertTrue(passed.add(at.id), "a circle");
      List<NextHop> nearer = new ArrayList<>(route(net, at, to.id).nextHops());
      nearer.removeIf(each -> !each.nearer());
      assertFalse(nearer.isEmpty(), "a dead end");
      at = net.node(nearer.get(net.random.nextInt(nearer.size())).peer());
    }
  }

  /** Goal: a few milliseconds do not keep twins from sharing the load, but no parcel takes more links for nothing. */
  @Test
  void waysOfAsManyLinksShareIfTheyDifferByMillisecondsAndLongerOnesDoNot() {
    PeerId best = TestPeers.keyless(1);
    PeerId twin = TestPeers.keyless(2);
    PeerId longer = TestPeers.keyless(3);
    List<NextHops.Candidate> candidates = List.of(
        new NextHops.Candidate(longer, 4_000, true, 3),
        new NextHops.Candidate(twin, 6_500, true, 2),
        new NextHops.Candidate(best, 2_000, true, 2));
    Route route = NextHops.of(candidates, peer -> false, Route.NONE);
    assertEquals(765, route.nextHops().get(0).sharePermille(), "in inverse proportion");
    assertEquals(best, route.nextHops().get(0).peer());
    assertEquals(235, route.nextHops().get(1).sharePermille());
    assertEquals(twin, route.nextHops().get(1).peer());
    assertEquals(0, route.nextHops().get(2).sharePermille());
  }

  @Test
  void ofSeveralThatAreNearerTheOneThatIsMeasuredToBeBestIsTaken() {
    RoutingNet net = new RoutingNet(1);
    List<Node> nodes = net.add(1, 4, NodeType.FULL); // a, b, b2, d
    Node a = nodes.get(0);
    for (int i = 1; i <= 2; i++) {
      net.link(a, nodes.get(i));
      net.link(nodes.get(i), nodes.get(3));
    }
    net.run(Duration.ofSeconds(5));
    Node slow = nodes.get(1);
    a.qualities.put(slow.id, new LinkQuality(500_000, 0, 0));
    a.links.onJudged(slow.id, net.time.nanoTime());
    List<NextHop> hops = route(net, a, nodes.get(3).id).nextHops();
    assertEquals(nodes.get(2).id, hops.get(0).peer());
    assertEquals(0, hops.get(1).sharePermille());
    assertTrue(hops.get(1).nearer(), "as all others believe");
  }

  @Test
  void aNewLinkIsUsedBeforeOthersKnowOfIt() {
    RoutingNet net = new RoutingNet(1);
    List<Node> nodes = net.add(1, 5, NodeType.FULL);
    for (int i = 1; i < 5; i++) net.link(nodes.get(i - 1), nodes.get(i));
    net.run(Duration.ofSeconds(5));
    net.link(nodes.get(0), nodes.get(3));
    Route route = route(net, nodes.get(0), nodes.get(4).id);
    assertEquals(nodes.get(3).id, route.nextHops().getFirst().peer());
    assertEquals(2, route.hops());
  }

  @Test
  void aNeighbourToBeAvoidedComesLast() {
    RoutingNet net = new RoutingNet(1);
    List<Node> nodes = net.add(1, 4, NodeType.FULL); // a, b, b2, d
    Node a = nodes.get(0);
    for (int i = 1; i <= 2; i++) {
      net.link(a, nodes.get(i), Duration.ofMillis(10 * i * i));
      net.link(nodes.get(i), nodes.get(3));
    }
    net.run(Duration.ofSeconds(5));
    PeerId near = nodes.get(1).id;
    a.avoided.add(near);
    a.links.onJudged(near, net.time.nanoTime());
    List<NextHop> hops = route(net, a, nodes.get(3).id).nextHops();
    assertEquals(nodes.get(2).id, hops.get(0).peer());
    assertEquals(1000, hops.get(0).sharePermille());
    assertEquals(near, hops.get(1).peer());
    assertEquals(0, hops.get(1).sharePermille());
    assertFalse(hops.get(1).nearer(), "for when no other is left");
  }

  @Test
  void manyDestinationsAndFewOfThemCostTheSame() {
    RoutingNet net = new RoutingNet(3);
    List<Node> nodes = mesh(net);
    AdvertTable table = new AdvertTable();
    for (int i = 1; i < NODES; i++) {
      table.put(nodes.get(0).links.advert(nodes.get(i).id).orElseThrow(), 1);
    }
    int[] from = {0, 5, AdvertTable.NONE, 11};
    CostTrees lazy = new CostTrees(LinkGraph.of(table));
    int[] micros = new int[4];
    int[] hops = new int[4];
    for (int to = 0; to < table.size(); to++) {
      CostTrees fresh = new CostTrees(LinkGraph.of(table));
      int[] expected = new int[4];
      fresh.costs(from, to, expected, new int[4]);
      assertEquals(1, fresh.runs());
      lazy.costs(from, to, micros, hops);
      for (int i = 0; i < 4; i++) assertEquals(expected[i], micros[i]);
    }
    assertEquals(4 + 3, lazy.runs());
  }

  @Test
  void aNetworkOfMuchNewsIsLookedAtTwiceASecond() {
    RoutingNet net = new RoutingNet(1);
    List<Node> nodes = mesh(net);
    Node a = nodes.getFirst();
    PeerId far = nodes.get(NODES / 2).id;
    long before = a.links.counts().computations();
    for (int i = 0; i < 1000; i++) {
      Node one = nodes.get(net.random.nextInt(NODES));
      Node other = nodes.get(net.random.nextInt(NODES));
      if (one != other) net.link(one, other, Duration.ofMillis(50));
      route(net, a, far);
      net.run(Duration.ofMillis(10));
    }
    long made = a.links.counts().computations() - before;
    assertTrue(made >= 2 && made <= 21, made + " computations in 10 s");
  }
}
