package org.openagi.p2p.overlay.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.overlay.health.HealthEvent.Died;
import org.openagi.p2p.overlay.health.HealthEvent.OwnMachineSlow;
import org.openagi.p2p.overlay.health.HealthEvent.OwnNetworkBack;
import org.openagi.p2p.overlay.health.HealthEvent.OwnNetworkDown;
import org.openagi.p2p.overlay.health.HealthEvent.PartitionHealed;
import org.openagi.p2p.overlay.health.HealthEvent.PartitionNoticed;
import org.openagi.p2p.overlay.health.HealthEvent.Recovered;
import org.openagi.p2p.overlay.health.HealthEvent.Suspected;
import org.openagi.p2p.overlay.health.HealthFrame.Probe;
import org.openagi.p2p.overlay.health.HealthFrame.ProbeAnswer;
import org.openagi.p2p.overlay.health.HealthNet.Node;
import org.openagi.p2p.overlay.health.HealthStats.Count;
import org.openagi.p2p.testkit.TestPeers;

class HealthTest {
  private static final HealthConfig SECONDS = HealthConfig.of(Duration.ofSeconds(1));
  private static final HealthConfig DEFAULTS = HealthConfig.defaults();

  private static final boolean TRACE = Boolean.getBoolean("health.trace");

  private static HealthNet mesh(int nodes, HealthConfig config) {
    HealthNet net = new HealthNet(1, nodes, config).mesh();
    if (TRACE) {
      net.observer = (n, node, event) ->
          System.err.println(n.now / HealthNet.MS + " " + node.index + " " + event);
    }
    net.run(Duration.ofSeconds(5));
    return net;
  }

  private static HealthState state(Node node, Node about) {
    return node.health.state(about.id).orElseThrow();
  }

  @Test
  void aLinkIsHealthyOnceItsFirstProbeIsAnswered() {
    HealthNet net = new HealthNet(1, 2, DEFAULTS);
    Node a = net.node(0);
    a.health.onDialing(net.node(1).id, net.now);
    assertEquals(HealthState.CONNECTING, state(a, net.node(1)));
    net.mesh();
    assertEquals(HealthState.AUTHENTICATED, state(a, net.node(1)));
    net.run(Duration.ofMillis(100));
    assertEquals(HealthState.HEALTHY, state(a, net.node(1)));
    LinkHealth link = a.health.link(net.node(1).id).orElseThrow();
    assertTrue(link.rttMicros() > 10_000 && link.rttMicros() < 40_000, link.toString());
    assertEquals(7, link.loadPermille());
    assertEquals(link.quality(), a.health.quality(net.node(1).id));
  }

  /** Goal: the first round trip of a link, while connections open and programs warm up, is not what it is known by. */
  @Test
  void theFirstRoundTripOfALinkIsForgottenWithinSeconds() {
    HealthNet net = new HealthNet(1, 2, DEFAULTS);
    net.latencyNanos = 150 * HealthNet.MS;
    net.mesh();
    net.run(Duration.ofMillis(200));
    net.latencyNanos = 2 * HealthNet.MS;
    net.run(Duration.ofMillis(200));
    Node a = net.node(0);
    PeerId b = net.node(1).id;
    assertTrue(a.health.rttMicros(b) > 100_000, a.health.rttMicros(b) + " us at first");
    net.run(Duration.ofSeconds(5));
    assertTrue(a.health.rttMicros(b) < 10_000, a.health.rttMicros(b) + " us");
    assertEquals(RttWindow.FIRST_SAMPLES, a.health.stats().count(Count.PROBES));
  }

  @Test
  void trafficSparesAllProbes() {
    HealthNet net = mesh(2, SECONDS);
    Node a = net.node(0);
    long probes = a.health.stats().count(Count.PROBES);
    for (int i = 1; i <= 600; i++) {
      net.run(Duration.ofMillis(100));
      for (Node each : net.nodes.values()) {
        PeerId other = each == a ? net.node(1).id : a.id;
        each.health.onTraffic(other, i * 1000L, i * 1000L, 0, net.now);
      }
    }
    assertEquals(probes, a.health.stats().count(Count.PROBES));
    assertEquals(10_000, a.health.link(net.node(1).id).orElseThrow().bytesInPerSecond(), 200);
  }

  @Test
  void anIdleLinkCostsOneProbeAndOneAnswerForEachInterval() {
    HealthNet net = mesh(2, DEFAULTS);
    long before = net.node(0).framesSent + net.node(1).framesSent;
    net.run(Duration.ofMinutes(30));
    long frames = net.node(0).framesSent + net.node(1).framesSent - before;
    assertTrue(frames >= 2 * 58 && frames <= 2 * 70, frames + " frames in 60 intervals");
  }

  @Test
  void aDeadPeerIsSuspectedByAllAndGivenUp() {
    HealthNet net = mesh(5, SECONDS);
    net.kill(net.node(4));
    net.run(Duration.ofSeconds(20));
    for (int i = 0; i < 4; i++) {
      Node node = net.node(i);
      assertEquals(1, node.events(Suspected.class).size());
      Died died = node.events(Died.class).getFirst();
      assertEquals(net.node(4).id, died.peer());
      assertFalse(died.heardElsewhere());
      assertTrue(died.silentNanos() < 9 * HealthNet.SECOND, died.toString());
      assertEquals(HealthState.DEAD, state(node, net.node(4)));
      assertEquals(3, node.health.links().size());
      assertEquals(0, node.events(OwnNetworkDown.class).size());
    }
  }

  @Test
  void aPeerThatDiesUnderTrafficIsSuspectedInAboutASecondWithTheDefaultInterval() {
    HealthNet net = mesh(4, DEFAULTS);
    Node victim = net.node(3);
    long[] bytes = new long[2];
    Consumer<Node> talk = node -> {
      bytes[0] += 1000;
      if (!victim.dead) bytes[1] += 1000;
      node.health.onTraffic(victim.id, bytes[1], bytes[0], 0, net.now);
    };
    net.every(Duration.ofMillis(200), () -> net.node(0).call(() -> talk.accept(net.node(0))));
    net.run(Duration.ofSeconds(90));
    net.kill(victim);
    net.run(Duration.ofMillis(2000));
    Suspected suspected = net.node(0).events(Suspected.class).getFirst();
    assertTrue(suspected.silentNanos() < 1600 * HealthNet.MS, suspected.toString());
    assertEquals(LinkQuality.class, net.node(0).health.quality(victim.id).getClass());
    assertTrue(net.node(0).health.quality(victim.id).lossPermille() >= 900);
    net.run(Duration.ofSeconds(20));
    for (int i = 0; i < 3; i++) assertEquals(1, net.node(i).events(Died.class).size());
  }

  @Test
  void anIdlePeerThatDiesIsGivenUpWithinABoundedTimeOfTheInterval() {
    HealthNet net = mesh(2, DEFAULTS);
    net.run(Duration.ofMinutes(3));
    net.kill(net.node(1));
    net.run(Duration.ofSeconds(60));
    // With nobody to ask, and no other link to compare with.
    assertEquals(1, net.node(0).events(Died.class).size());
  }

  @Test
  void witnessesKeepALinkFromBeingSuspectedThatOnlyWeHearNothingOf() {
    HealthNet net = mesh(5, SECONDS);
    Node a = net.node(0);
    Node b = net.node(4);
    net.cut(b, a, Duration.ofSeconds(12));
    net.run(Duration.ofSeconds(10));
    assertEquals(List.of(), a.events(Suspected.class));
    LinkHealth link = a.health.link(b.id).orElseThrow();
    assertEquals(HealthState.DEGRADED, link.state());
    assertTrue(link.reason().contains("hears of it"), link.reason());
    assertTrue(link.quality().lossPermille() >= 900);
    net.run(Duration.ofSeconds(30));
    assertEquals(HealthState.HEALTHY, state(a, b));
  }

  @Test
  void aLinkThatStaysSilentIsCutAlthoughOthersHearOfThePeer() {
    HealthNet net = mesh(5, SECONDS);
    Node a = net.node(0);
    Node b = net.node(4);
    net.cut(b, a, Duration.ofMinutes(5));
    net.run(Duration.ofSeconds(40));
    Died died = a.events(Died.class).getFirst();
    assertTrue(died.heardElsewhere(), died.toString());
    assertTrue(died.reason().contains("the link that is dead"), died.reason());
  }

  /**
   * Goal: nobody is suspected whom others hear of. Method: round trips so long that others are asked less often than what they
   * said used to count.
   */
  @Test
  void aSilentLinkIsDegradedUntilItIsDeadHoweverSeldomOthersAreAsked() {
    HealthNet net = new HealthNet(1, 5, DEFAULTS);
    net.latencyNanos = 450 * HealthNet.MS;
    net.mesh();
    net.run(Duration.ofMinutes(2));
    Node a = net.node(0);
    Node b = net.node(4);
    net.cut(b, a, Duration.ofMinutes(5));
    net.cut(a, b, Duration.ofMinutes(5));
    net.run(Duration.ofMinutes(2));
    for (Node each : List.of(a, b)) {
      assertEquals(List.of(), each.events(Suspected.class));
      assertTrue(each.events(Died.class).getFirst().heardElsewhere());
    }
  }

  @Test
  void aSuspicionIsRefutedByAnythingHeard() {
    HealthNet net = mesh(2, SECONDS);
    Node a = net.node(0);
    net.node(1).pause(Duration.ofSeconds(8));
    net.run(Duration.ofSeconds(7));
    assertEquals(HealthState.SUSPECT, state(a, net.node(1)));
    net.run(Duration.ofSeconds(2));
    assertFalse(state(a, net.node(1)).toAvoid());
    assertEquals(1, a.events(Recovered.class).size());
    assertEquals(1, a.health.stats().count(Count.REFUTED));
  }

  @Test
  void aPauseOfThisMachineAccusesNobody() {
    HealthNet net = mesh(6, SECONDS);
    Node a = net.node(0);
    for (int i = 0; i < 50; i++) {
      a.pause(Duration.ofMillis(500 + 700 * i));
      net.run(Duration.ofMillis(1500 + 700 * i));
      // Others may well give it up, so that its links have to be made anew.
      for (Node each : net.nodes.values()) {
        for (Node other : net.nodes.values()) {
          boolean linked =
              each.health.state(other.id).filter(s -> s != HealthState.DEAD).isPresent();
          if (each != other && !linked) net.connect(each, other);
        }
      }
    }
    assertEquals(List.of(), a.events(Suspected.class));
    assertEquals(List.of(), a.events(Died.class));
    assertTrue(a.events(OwnMachineSlow.class).size() > 5);
    assertTrue(a.health.stats().excusedNanos() > HealthNet.SECOND);
  }

  @Test
  void ifAllAreSilentItIsOurNetworkAndNobodyIsAccused() {
    HealthNet net = mesh(6, DEFAULTS);
    Node a = net.node(0);
    for (Node each : net.nodes.values()) {
      if (each == a) continue;
      net.cut(a, each, Duration.ofSeconds(45));
      net.cut(each, a, Duration.ofSeconds(45));
    }
    net.run(Duration.ofSeconds(44));
    assertEquals(1, a.events(OwnNetworkDown.class).size());
    assertEquals(5, a.events(OwnNetworkDown.class).getFirst().links());
    assertEquals(List.of(), a.events(Suspected.class));
    assertEquals(List.of(), a.events(PartitionNoticed.class));
    assertTrue(a.health.stats().ownNetworkDown());
    for (LinkHealth each : a.health.links()) assertEquals(HealthState.DEGRADED, each.state());
    net.run(Duration.ofSeconds(2));
    for (Node each : net.nodes.values()) {
      if (each == a) continue;
      a.health.onLinkDown(each.id, LinkLoss.BROKEN, net.now); // the others had given it up
      net.connect(a, each);
      net.connect(each, a);
    }
    net.run(Duration.ofSeconds(1));
    assertEquals(1, a.events(OwnNetworkBack.class).size());
    for (LinkHealth each : a.health.links()) assertEquals(HealthState.HEALTHY, each.state());
    assertFalse(a.health.stats().ownNetworkDown());
    assertEquals(List.of(), a.events(Died.class));
  }

  @Test
  void aPartitionIsNoticedAsSuchAndItsHealing() {
    HealthNet net = mesh(6, DEFAULTS);
    for (int i = 0; i < 3; i++) {
      for (int j = 3; j < 6; j++) {
        net.cut(net.node(i), net.node(j), Duration.ofSeconds(60));
        net.cut(net.node(j), net.node(i), Duration.ofSeconds(60));
      }
    }
    net.run(Duration.ofSeconds(60));
    for (Node each : net.nodes.values()) {
      PartitionNoticed noticed = each.events(PartitionNoticed.class).getFirst();
      assertEquals(5, noticed.of());
      assertEquals(3, noticed.lost().size());
      assertEquals(0, each.events(OwnNetworkDown.class).size());
    }
    for (int i = 0; i < 3; i++) {
      for (int j = 3; j < 6; j++) {
        net.connect(net.node(i), net.node(j));
        net.connect(net.node(j), net.node(i));
      }
    }
    net.run(Duration.ofSeconds(3));
    for (Node each : net.nodes.values()) {
      PartitionHealed healed = each.events(PartitionHealed.class).getFirst();
      assertEquals(3, healed.lost());
      assertTrue(healed.back() >= 2, healed.toString());
      assertEquals(3, each.events(Recovered.class).size());
    }
  }

  @Test
  void oneDeathIsNoPartition() {
    HealthNet net = mesh(3, SECONDS);
    net.kill(net.node(2));
    net.run(Duration.ofSeconds(30));
    assertEquals(List.of(), net.node(0).events(PartitionNoticed.class));
  }

  @Test
  void aLinkThatLosesMuchIsDegradedAndSaysWhy() {
    HealthNet net = mesh(2, SECONDS);
    net.carrier = HealthNet.Carrier.DATAGRAMS;
    net.loss = 0.25;
    net.run(Duration.ofMinutes(3));
    LinkHealth link = net.node(0).health.link(net.node(1).id).orElseThrow();
    assertEquals(HealthState.DEGRADED, link.state());
    assertTrue(link.reason().startsWith("loss of "), link.reason());
    net.loss = 0;
    net.run(Duration.ofMinutes(5));
    assertEquals(HealthState.HEALTHY, state(net.node(0), net.node(1)));
  }

  @Test
  void aLinkThatBecameSlowIsDegradedUntilThatIsHowItIs() {
    HealthNet net = mesh(2, SECONDS);
    net.run(Duration.ofMinutes(1));
    net.latencyNanos = 300 * HealthNet.MS;
    net.run(Duration.ofSeconds(30));
    LinkHealth link = net.node(0).health.link(net.node(1).id).orElseThrow();
    assertEquals(HealthState.DEGRADED, link.state());
    assertTrue(link.reason().startsWith("round trip of "), link.reason());
    net.run(Duration.ofMinutes(5));
    assertEquals(HealthState.HEALTHY, state(net.node(0), net.node(1)));
    assertEquals(List.of(), net.node(0).events(Suspected.class));
  }

  @Test
  void aBrokenLinkIsDeadAtOnceAndRememberedForALimitedNumberOfPeers() {
    HealthNet net = new HealthNet(1, 1, DEFAULTS);
    Node a = net.node(0);
    for (int i = 1; i <= 300; i++) {
      PeerId peer = TestPeers.hashed(i);
      net.nodes.put(peer, net.new Node(i, DEFAULTS, (c, rtt) -> new WitnessSuspicion(c)));
      a.health.onLinkUp(HealthNet.link(peer), net.now);
      a.health.onLinkDown(peer, LinkLoss.BROKEN, net.now);
    }
    assertEquals(HealthState.DEAD, a.health.state(TestPeers.hashed(300)).orElseThrow());
    assertEquals(
        "the connection broke",
        a.health.link(TestPeers.hashed(300)).orElseThrow().reason());
    assertTrue(a.health.state(TestPeers.hashed(300 - DEFAULTS.maxGone())).isEmpty());
  }

  @Test
  void aNeighbourMaySendOnlySoManyFrames() throws Exception {
    HealthNet net = mesh(2, DEFAULTS);
    Node a = net.node(0);
    PeerId b = net.node(1).id;
    for (int i = 0; i < Watch.FRAMES_BURST; i++) a.health.onFrame(b, new Probe(i, 0), net.now);
    ProtocolViolationException refused = assertThrows(
        ProtocolViolationException.class, () -> a.health.onFrame(b, new Probe(1, 0), net.now));
    assertTrue(refused.getMessage().contains("64 health frames"), refused.getMessage());
    assertEquals(1, a.health.stats().count(Count.FRAMES_REFUSED));
  }

  @Test
  void answersThatNobodyAskedForAreCountedAndChangeNothing() throws Exception {
    HealthNet net = mesh(2, DEFAULTS);
    Node a = net.node(0);
    PeerId b = net.node(1).id;
    LinkHealth before = a.health.link(b).orElseThrow();
    a.health.onFrame(b, new ProbeAnswer(1L << 40, 7), net.now);
    a.health.onFrame(
        b, new HealthFrame.Testimony(1L << 40, HealthFrame.Finding.SILENT, 0), net.now);
    assertEquals(2, a.health.stats().count(Count.UNASKED));
    assertEquals(before.rttMicros(), a.health.link(b).orElseThrow().rttMicros());
  }

  @Test
  void moreNeighboursThanTheLimitAreNotWatched() {
    HealthConfig two = new HealthConfig(
        Duration.ofSeconds(1),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofMillis(400),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        3,
        10,
        2,
        2);
    HealthNet net = new HealthNet(1, 4, two);
    Node a = net.node(0);
    for (int i = 1; i < 4; i++) a.health.onLinkUp(HealthNet.link(net.node(i).id), net.now);
    assertEquals(2, a.health.links().size());
    assertEquals(1, a.health.stats().count(Count.UNWATCHED));
  }

  @Test
  void probesOfAllLinksTogetherAreLimited() {
    HealthConfig slow = new HealthConfig(
        Duration.ofSeconds(1),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofMillis(400),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        3,
        5,
        100,
        10);
    HealthNet net = new HealthNet(1, 30, slow).mesh();
    net.run(Duration.ofSeconds(20));
    Node a = net.node(0);
    HealthStats stats = a.health.stats();
    assertTrue(
        stats.count(Count.PROBES) + stats.count(Count.QUESTIONS) <= 5 * 21, stats.toString());
    assertTrue(stats.count(Count.PROBES_DEFERRED) > 0);
    assertEquals(List.of(), a.events(Died.class));
  }
}
