package org.openagi.p2p.overlay.linkstate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Adverts;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

/** Who claims a link that is not there, and that nobody else can be blamed for it. */
class LinkClaimsTest {
  private static final PeerId SELF = TestPeers.keyless(1);
  private static final PeerId LIAR = TestPeers.keyless(2);
  private static final Duration TOLERANCE = Duration.ofMinutes(10);

  private final VirtualTime time = new VirtualTime();
  private final LinkClaims claims = new LinkClaims(SELF, TOLERANCE, time.nanoTime());

  private static LinkAdvert advert(PeerId origin, long issuedMillis, PeerId linkedTo) {
    return LinkAdvert.of(
        new LinkAdvert.Statement(
            origin,
            issuedMillis,
            issuedMillis,
            180_000,
            NodeType.FULL,
            true,
            false,
            Bytes.EMPTY,
            List.of(new AdvertLink(linkedTo, 0, 0, 0))),
        signed -> RoutingNet.signature(origin, signed));
  }

  private void pass(Duration span) {
    time.jumpTo(time.nanoTime() + span.toNanos());
  }

  @Test
  void aClaimMadeLongAfterTheLinkEndedIsFalse() {
    pass(Duration.ofHours(1));
    claims.onLost(LIAR, time.nanoTime());
    pass(Duration.ofMinutes(13));
    assertTrue(claims.isFalse(advert(LIAR, time.epochMillis(), SELF), false, time));
    assertFalse(claims.isFalse(advert(LIAR, time.epochMillis(), SELF), true, time), "it is linked");
    assertFalse(
        claims.isFalse(advert(LIAR, time.epochMillis(), TestPeers.keyless(3)), false, time),
        "of other links nothing is known");
  }

  @Test
  void aClaimOfALinkThatNeverWasIsFalse() {
    assertFalse(claims.isFalse(advert(LIAR, time.epochMillis(), SELF), false, time), "restarted");
    pass(Duration.ofMinutes(13));
    assertTrue(claims.isFalse(advert(LIAR, time.epochMillis(), SELF), false, time));
  }

  /** Goal: nobody is blamed for what was true when it was said. Method: an old advert comes late, by way of somebody else. */
  @Test
  void anAdvertThatWasKeptBackBlamesNobody() {
    pass(Duration.ofHours(1));
    LinkAdvert keptBack = advert(LIAR, time.epochMillis(), SELF);
    claims.onLost(LIAR, time.nanoTime());
    pass(Duration.ofHours(20));
    assertFalse(claims.isFalse(keptBack, false, time));
    // nor one whose origin has a clock that is as far ahead as clocks may be, and noticed the end
    // late
    claims.onLost(LIAR, time.nanoTime());
    long ahead = time.epochMillis() + TOLERANCE.plusMinutes(2).toMillis();
    assertFalse(claims.isFalse(advert(LIAR, ahead, SELF), false, time));
    assertTrue(claims.isFalse(advert(LIAR, ahead + 1, SELF), false, time));
  }

  @Test
  void ofMoreLostLinksThanFitTheOldestCountAsLostWithTheLatestForgotten() {
    claims.onLost(LIAR, time.nanoTime());
    pass(Duration.ofMinutes(20));
    for (int i = 0; i < LinkClaims.MAX_REMEMBERED; i++) {
      claims.onLost(TestPeers.keyless(10 + i), time.nanoTime());
    }
    assertTrue(claims.isFalse(advert(LIAR, time.epochMillis(), SELF), false, time));
    claims.onLost(
        TestPeers.keyless(9), time.nanoTime()); // now one of 20 minutes later is forgotten
    assertFalse(claims.isFalse(advert(LIAR, time.epochMillis(), SELF), false, time));
  }

  /**
   * Goal: who makes another pass on as much as it takes does not get that one blamed. Method: two liars give a node new
   * identities as fast as it takes them, for a minute; it passes them on to a third.
   */
  @Test
  void whoPassesOnAFloodOfNewIdentitiesIsNotBlamedForIt() {
    RoutingNet net = new RoutingNet(5);
    Node honest = net.add(1);
    Node victim = net.add(2);
    List<Node> liars = List.of(net.add(3), net.add(4));
    net.link(honest, victim);
    for (Node each : liars) net.link(each, honest);
    net.run(Duration.ofSeconds(2));
    int next = 100;
    for (int tick = 0; tick < 600; tick++) {
      for (Node liar : liars) {
        for (int i = 0; i < 20; i++) {
          PeerId made = TestPeers.keyless(next++);
          honest.receive(
              liar.id, new Adverts(List.of(advert(made, net.time.epochMillis(), liar.id))));
        }
      }
      net.run(Duration.ofMillis(100));
    }
    assertEquals(List.of(), victim.blames);
    assertEquals(List.of(), honest.blames, "each kept to the rate, as far as it is known");
    assertTrue(honest.links.counts().accepted() > 1_000, honest.links.counts().toString());
  }
}
