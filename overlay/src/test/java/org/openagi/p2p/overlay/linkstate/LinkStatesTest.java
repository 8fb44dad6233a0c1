package org.openagi.p2p.overlay.linkstate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.overlay.NextHop;
import org.openagi.p2p.overlay.Route;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Adverts;
import org.openagi.p2p.overlay.relay.RelayConfig;
import org.openagi.p2p.testkit.TestPeers;

/** What nodes know of each other's links, and that liars can't change it for others. */
class LinkStatesTest {
  private final RoutingNet net = new RoutingNet(1);

  private List<Node> chain(int length) {
    List<Node> nodes = net.add(1, length, NodeType.FULL);
    for (int i = 1; i < length; i++) net.link(nodes.get(i - 1), nodes.get(i));
    net.run(Duration.ofSeconds(5));
    return nodes;
  }

  private Route route(Node from, PeerId to) {
    return from.links.route(to, net.time.nanoTime());
  }

  private long refused(Node node, AdvertRefusal why) {
    return node.links.counts().refused().getOrDefault(why, 0L);
  }

  /** An advert that is rightly signed by whoever it says it is of. */
  private LinkAdvert advert(
      PeerId origin, long sequence, long issued, boolean relays, PeerId... peers) {
    List<AdvertLink> links = new ArrayList<>();
    for (PeerId each : peers) links.add(new AdvertLink(each, 0, 0, 0));
    links.sort(Comparator.comparing(AdvertLink::peer));
    return LinkAdvert.of(
        new LinkAdvert.Statement(
            origin, sequence, issued, 180_000, NodeType.FULL, relays, false, Bytes.EMPTY, links),
        signed -> RoutingNet.signature(origin, signed));
  }

  private void give(Node node, PeerId from, LinkAdvert... adverts) {
    for (LinkAdvert each : adverts) node.receive(from, new Adverts(List.of(each)));
  }

  @Test
  void everyoneLearnsOfEveryoneAndANewcomerTooAtOnce() {
    List<Node> nodes = chain(6);
    for (Node each : nodes) assertEquals(5, each.links.counts().known());
    Node late = net.add(50);
    net.link(late, nodes.getLast());
    net.run(Duration.ofMillis(200));
    assertEquals(6, late.links.counts().known());
    net.run(Duration.ofMillis(800));
    assertEquals(6, route(late, nodes.getFirst().id).hops());
  }

  @Test
  void whatGossipLostIsReconciled() {
    List<Node> nodes = net.add(1, 10, NodeType.FULL);
    net.spy = (from, to, frame) -> !(frame instanceof Adverts) || net.random.nextBoolean();
    for (int i = 0; i < 10; i++) {
      net.link(nodes.get(i), nodes.get((i + 1) % 10));
      net.link(nodes.get(i), nodes.get((i + 3) % 10));
    }
    net.run(Duration.ofMinutes(10));
    for (Node each : nodes) assertEquals(9, each.links.counts().known());
  }

  @Test
  void aSealKeyIsKnownEverywhereAndChangesAtOnce() {
    List<Node> nodes = chain(4);
    Node a = nodes.getFirst();
    Node d = nodes.getLast();
    assertTrue(d.links.sealKey(a.id).isEmpty());
    a.relay.announceSealKey(Bytes.ofUtf8("first"));
    a.arm();
    net.run(Duration.ofMillis(100));
    assertEquals(Bytes.ofUtf8("first"), d.relay.sealKey(a.id).orElseThrow());
    a.relay.announceSealKey(Bytes.ofUtf8("second"));
    a.arm();
    net.run(Duration.ofMillis(100));
    assertEquals(Bytes.ofUtf8("second"), d.relay.sealKey(a.id).orElseThrow());
  }

  @Test
  void aLinkThatOnlyOneEndAdvertisesDoesNotCount() {
    List<Node> nodes = chain(4);
    Node a = nodes.get(0);
    Node liar = net.add(66);
    net.link(liar, a);
    net.run(Duration.ofSeconds(2));
    PeerId d = nodes.get(3).id;
    // the liar says that it is next to everybody, and that its links cost nothing
    long now = net.time.epochMillis();
    give(a, liar.id, advert(liar.id, now + 5000, now, true, a.id, nodes.get(2).id, d));
    net.run(Duration.ofSeconds(1));
    assertEquals(
        List.of(nodes.get(1).id),
        route(a, d).nextHops().stream().map(NextHop::peer).toList());
    assertEquals(3, route(a, d).hops());
  }

  @Test
  void aLiarCannotMakeItsLinkLookBetterThanTheOtherEndSees() {
    Node a = net.add(1);
    Node b = net.add(2);
    Node liar = net.add(3);
    Node d = net.add(4);
    net.link(a, b);
    net.link(b, d);
    net.link(a, liar, Duration.ofMillis(10));
    net.link(liar, d, Duration.ofMillis(200));
    net.run(Duration.ofSeconds(5));
    long now = net.time.epochMillis();
    give(a, liar.id, advert(liar.id, now + 5000, now, true, a.id, d.id));
    net.run(Duration.ofSeconds(1));
    assertEquals(b.id, route(a, d.id).nextHops().getFirst().peer());
    assertEquals(1000, route(a, d.id).nextHops().getFirst().sharePermille());
  }

  @Test
  void forgedReplayedExpiredAndFutureDatedAdvertsAreRefusedAndCounted() {
    List<Node> nodes = chain(3);
    Node a = nodes.get(0);
    PeerId b = nodes.get(1).id;
    PeerId c = nodes.get(2).id;
    LinkAdvert before = a.links.advert(c).orElseThrow();
    long now = net.time.epochMillis();

    LinkAdvert.Statement said = advert(c, now + 9_000, now, false).statement();
    give(a, b, LinkAdvert.of(said, signed -> Bytes.ofUtf8("forged")));
    assertEquals(1, refused(a, AdvertRefusal.BAD_SIGNATURE));
    assertEquals(List.of("BAD_SIGNATURE"), a.blames);

    long old = refused(a, AdvertRefusal.OLD);
    give(a, b, before);
    assertEquals(old + 1, refused(a, AdvertRefusal.OLD));

    give(a, b, advert(c, now + 9_000, now - 200_000, false));
    assertEquals(1, refused(a, AdvertRefusal.EXPIRED));
    give(a, b, advert(c, now + 9_000, now + 700_000, false));
    assertEquals(1, refused(a, AdvertRefusal.FUTURE_DATED));

    assertEquals(before, a.links.advert(c).orElseThrow());
    assertEquals(List.of("BAD_SIGNATURE"), a.blames, "the others it could not know");
  }

  @Test
  void aNeighboursClockIsReadFromWhatItSaysOfItselfOverTheLinkThatIsThere() {
    List<Node> nodes = chain(3);
    Node a = nodes.get(0);
    PeerId b = nodes.get(1).id;
    PeerId c = nodes.get(2).id;
    assertTrue(ahead(a, b).abs().toMillis() < 100, ahead(a, b)::toString);
    assertTrue(a.links.clockAhead(c, net.time.nanoTime()).isEmpty(), "no neighbour");
    long now = net.time.epochMillis();
    Duration hour = Duration.ofHours(1);

    give(a, b, advert(b, now + 10_000, now + hour.toMillis(), true, a.id, c));
    assertEquals(1, refused(a, AdvertRefusal.FUTURE_DATED));
    assertEquals(hour, ahead(a, b), "also by what is refused");
    net.run(Duration.ofSeconds(20));
    assertEquals(hour, ahead(a, b), "and goes on");

    now = net.time.epochMillis();
    give(a, b, advert(b, now + 20_000, now - hour.toMillis(), true, a.id, c));
    assertEquals(hour.negated(), ahead(a, b));
    give(a, b, advert(b, now + 30_000, now - 7_000, true, c));
    assertEquals(hour.negated(), ahead(a, b), "of before this link: that could be old");
    give(a, c, advert(b, now + 40_000, now - 7_000, true, a.id));
    give(a, b, advert(b, now + 15_000, now - 7_000, true, a.id));
    assertEquals(hour.negated(), ahead(a, b), "by nobody else, and nothing from before");
    net.cut(a, nodes.get(1));
    assertTrue(a.links.clockAhead(b, net.time.nanoTime()).isEmpty());
  }

  private Duration ahead(Node of, PeerId neighbour) {
    return of.links.clockAhead(neighbour, net.time.nanoTime()).orElseThrow();
  }

  @Test
  void aFloodOfForgedAdvertsCostsFewSignatureChecks() {
    List<Node> nodes = chain(2);
    Node a = nodes.get(0);
    PeerId liar = nodes.get(1).id;
    long now = net.time.epochMillis();
    for (int i = 0; i < 10_000; i++) {
      LinkAdvert.Statement said =
          advert(TestPeers.keyless(1000 + i), now, now, true).statement();
      give(a, liar, LinkAdvert.of(said, signed -> Bytes.ofUtf8("forged")));
    }
    long checked = refused(a, AdvertRefusal.BAD_SIGNATURE);
    assertTrue(checked <= 2 * 1024 / 64 + 1, checked + " checked");
    assertEquals(1, a.links.counts().known());
    assertEquals(10_000, a.blames.size());
  }

  @Test
  void aFloodOfGoodAdvertsOfOneOriginIsSlowedDown() {
    List<Node> nodes = chain(3);
    Node a = nodes.get(0);
    PeerId b = nodes.get(1).id;
    PeerId c = nodes.get(2).id;
    long now = net.time.epochMillis();
    long accepted = a.links.counts().accepted();
    for (int i = 1; i <= 1000; i++) give(a, b, advert(c, now + i, now, true, b));
    assertTrue(a.links.counts().accepted() - accepted <= 8);
    assertTrue(refused(a, AdvertRefusal.ORIGIN_TOO_FAST) >= 992);
  }

  @Test
  void theTableIsBoundedAndTheFarthestGiveWay() throws ProtocolViolationException {
    int most = 32;
    List<Node> nodes = new ArrayList<>();
    for (int i = 1; i <= 60; i++) {
      nodes.add(net.add(
          i,
          NodeType.FULL,
          LinkStateConfig.defaults(NodeType.FULL).withMaxAdverts(most),
          RelayConfig.defaults(true),
          null));
      if (i > 1) net.link(nodes.get(i - 2), nodes.get(i - 1));
      net.run(Duration.ofMillis(100));
    }
    net.run(Duration.ofMinutes(2));
    Node first = nodes.getFirst();
    LinkStateCounts counts = first.links.counts();
    assertTrue(counts.known() <= most + most / 16, counts.known() + " known");
    for (int hops = 1; hops < most - 4; hops++) {
      assertTrue(first.links.advert(nodes.get(hops).id).isPresent(), hops + " hops away");
    }
    assertTrue(first.links.advert(nodes.get(50).id).isEmpty());
    assertTrue(route(first, nodes.get(50).id).isEmpty());
    assertEquals(1, first.links.counts().dropped().get(LinkStateDrop.BEYOND_HORIZON));
    assertEquals(20, route(first, nodes.get(20).id).hops());
  }

  @Test
  void aLinkThatFlapsCostsFewAdverts() {
    List<Node> nodes = chain(3);
    Node a = nodes.get(0);
    Node b = nodes.get(1);
    long before = b.links.counts().issued();
    for (int i = 0; i < 300; i++) {
      net.cut(a, b);
      net.run(Duration.ofMillis(500));
      net.link(a, b);
      net.run(Duration.ofMillis(500));
    }
    long issued = b.links.counts().issued() - before;
    assertTrue(issued <= 20, issued + " adverts in five minutes of flapping");
  }

  /** Bytes of bodies and frames of the link state that a node sends each second in ten calm minutes. */
  private double[] atRest(int nodes, Runnable eachSecond) {
    net.encoding = false;
    List<Node> all = net.add(1, nodes, NodeType.FULL);
    for (int i = 0; i < nodes; i++) {
      for (int to : new int[] {i + 1, i + 7, i + 31}) net.link(all.get(i), all.get(to % nodes));
    }
    net.run(Duration.ofMinutes(2));
    long before = net.frames;
    long[] bytes = new long[1];
    net.spy = (from, to, frame) -> {
      bytes[0] += frame.encode().length;
      return true;
    };
    for (int second = 0; second < 600; second++) {
      eachSecond.run();
      net.run(Duration.ofSeconds(1));
    }
    for (Node each : all) assertEquals(nodes - 1, each.links.counts().known());
    return new double[] {bytes[0] / 600.0 / nodes, (net.frames - before) / 600.0 / nodes};
  }

  @Test
  void aCalmNetworkCostsWhatItsRefreshesMay() {
    double[] cost = atRest(100, () -> {});
    // 99 adverts of some 310 bytes a minute, each once: 0.6 KB/s
    assertTrue(cost[0] < 1024, cost[0] + " bytes/s a node");
    assertTrue(cost[1] < 4, cost[1] + " frames/s a node");
  }

  @Test
  void measuresThatJumpUpAndDownCostLittleMore() {
    double[] cost = atRest(100, () -> {
      for (Node each : net.nodes.values()) {
        for (PeerId peer : each.neighbours()) {
          int rtt = net.random.nextBoolean() ? 20_000 : 60_000;
          each.qualities.put(peer, new LinkQuality(rtt, 0, 0));
        }
      }
    });
    assertTrue(cost[0] < 2 * 1024, cost[0] + " bytes/s a node");
    assertTrue(cost[1] < 10, cost[1] + " frames/s a node");
  }

  @Test
  void anAdvertOfItselfThatIsNewerMakesANodeGoBeyondIt() {
    List<Node> nodes = chain(2);
    Node a = nodes.get(0);
    long ahead = net.time.epochMillis() + 300_000;
    // from before a restart, when its clock was five minutes ahead
    give(a, nodes.get(1).id, advert(a.id, ahead, ahead, true));
    net.run(Duration.ofSeconds(6));
    assertEquals(ahead + 1, a.links.advert(a.id).orElseThrow().sequence());
  }

  @Test
  void costFollowsWhatIsMeasuredAndSharesDoNotFlap() {
    List<Node> nodes = net.add(1, 4, NodeType.FULL); // a, b, b2, d
    Node a = nodes.get(0);
    PeerId b = nodes.get(1).id;
    net.link(a, nodes.get(1));
    net.link(a, nodes.get(2));
    net.link(nodes.get(1), nodes.get(3));
    net.link(nodes.get(2), nodes.get(3));
    net.run(Duration.ofSeconds(5));
    PeerId d = nodes.get(3).id;
    assertEquals(500, route(a, d).nextHops().getFirst().sharePermille(), 1);

    a.qualities.put(b, new LinkQuality(24_000, 0, 0)); // a little worse: both go on sharing
    net.run(Duration.ofSeconds(10));
    assertTrue(shareOf(b, route(a, d)) > 300);
    a.qualities.put(b, new LinkQuality(24_000, 200, 0)); // a fifth is lost
    net.run(Duration.ofSeconds(10));
    assertEquals(0, shareOf(b, route(a, d)));
    assertEquals(2, route(a, d).nextHops().size(), "still there for when the other fails");
    a.qualities.put(b, new LinkQuality(20_000, 0, 950)); // full
    net.run(Duration.ofSeconds(10));
    assertEquals(0, shareOf(b, route(a, d)));
    a.qualities.remove(b);
    net.run(Duration.ofSeconds(10));
    assertTrue(shareOf(b, route(a, d)) > 300);
  }

  private static int shareOf(PeerId peer, Route route) {
    for (NextHop each : route.nextHops()) if (each.peer().equals(peer)) return each.sharePermille();
    return -1;
  }

  /**
   * Goal: what new links look like while programs warm up is put right everywhere at once, however many there are. Method: four
   * links one after the other, each slow for three seconds and then fast.
   */
  @Test
  void whatWasToldOfANewLinkIsPutRightSoon() {
    List<Node> nodes = net.add(1, 5, NodeType.FULL);
    Node hub = nodes.get(0);
    for (Node each : nodes.subList(1, 5)) {
      hub.qualities.put(each.id, new LinkQuality(600_000, 0, 0));
      net.link(hub, each);
      net.run(Duration.ofSeconds(3));
      hub.qualities.put(each.id, new LinkQuality(2_000, 0, 0));
      net.run(Duration.ofSeconds(4));
    }
    net.run(Duration.ofSeconds(4));
    LinkAdvert heard = nodes.get(1).links.advert(hub.id).orElseThrow();
    for (AdvertLink each : heard.statement().links()) {
      assertTrue(each.rttMicros() < 3_000, "told of a round trip of " + each.rttMicros() + " us");
    }
    assertTrue(hub.links.counts().issued() <= 13, hub.links.counts().toString());
  }

  @Test
  void whoIsGoneIsForgottenAndRefreshesStayWithinTheBudget() {
    List<Node> nodes = chain(4);
    net.kill(nodes.get(3));
    net.run(Duration.ofSeconds(1));
    assertTrue(route(nodes.get(0), nodes.get(3).id).isEmpty());
    net.run(Duration.ofMinutes(4));
    assertEquals(2, nodes.get(0).links.counts().known());
    assertEquals(1, nodes.get(0).links.counts().expired());
    long accepted = nodes.get(0).links.counts().accepted();
    net.run(Duration.ofHours(1));
    long refreshes = nodes.get(0).links.counts().accepted() - accepted;
    assertTrue(refreshes >= 2 * 60 && refreshes <= 2 * 80, refreshes + " in an hour of two nodes");
  }

  @Test
  void theRefreshIntervalGrowsWithTheNetwork() {
    Node a = net.add(1);
    OwnAdvert own = new OwnAdvert(
        LinkStateConfig.defaults(NodeType.FULL), a.id, a, net.time, net.time.nanoTime());
    assertEquals(60_000, own.refreshMillis(10));
    assertEquals(625_000, own.refreshMillis(1000));
    assertEquals(3_600_000, own.refreshMillis(1_000_000));
  }

  @Test
  void aStormOfNewsMakesFewComputations() {
    List<Node> nodes = chain(4);
    Node a = nodes.get(0);
    long before = a.links.counts().computations();
    for (int i = 0; i < 200; i++) {
      long now = net.time.epochMillis();
      PeerId c = nodes.get(2).id;
      boolean odd = i % 2 == 1;
      give(a, nodes.get(1).id, advert(TestPeers.keyless(500 + i), now, now, odd, c));
      route(a, nodes.get(3).id);
      net.run(Duration.ofMillis(1));
    }
    long computed = a.links.counts().computations() - before;
    assertTrue(computed >= 1 && computed <= 2, computed + " computations in 200 ms");
    assertFalse(route(a, nodes.get(3).id).isEmpty());
  }
}
