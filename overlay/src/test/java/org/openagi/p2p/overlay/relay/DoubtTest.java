package org.openagi.p2p.overlay.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.overlay.NextHop;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;
import org.openagi.p2p.overlay.linkstate.LinkAdvert;

/** A neighbour that takes parcels and says nothing: others get them long before it is known to be dead. */
class DoubtTest {
  private final RoutingNet net = new RoutingNet(1);
  private Node a;
  private Node silent;
  private Node b;
  private Node d;

  @BeforeEach
  void twoWaysTheBetterOfWhichFallsSilent() {
    a = net.add(1);
    silent = net.add(2);
    b = net.add(3);
    d = net.add(4);
    net.link(a, silent);
    net.link(silent, d);
    net.link(a, b, Duration.ofMillis(30));
    net.link(b, d, Duration.ofMillis(30));
    net.run(Duration.ofSeconds(5));
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(1));
    assertEquals(1, d.parcels.size());
    fallSilent();
  }

  private void fallSilent() {
    net.spy = (from, to, frame) -> !(frame instanceof RelayFrame) || from != silent && to != silent;
  }

  @Test
  void whatItHasNotAnsweredIsThereWithinASecondAndTheRestAtOnce() {
    for (int i = 0; i < 10; i++) a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(1));
    assertEquals(11, d.parcels.size());
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofMillis(100));
    assertEquals(12, d.parcels.size());
  }

  @Test
  void itIsTriedAgainAfterFiveSecondsAndBlamed() {
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(5));
    assertEquals(0, a.blames.size());
    net.run(Duration.ofSeconds(1));
    assertEquals(1, a.blames.size());
    net.spy = (from, to, frame) -> true;
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofMillis(25));
    assertEquals(3, d.parcels.size(), "over the better way");
  }

  @Test
  void oneThatAnswersAfterAllIsTrustedAgain() {
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(1));
    Parcel late = d.parcels.getLast();
    net.spy = (from, to, frame) -> true;
    a.receive(silent.id, new RelayFrame.Taken(new ParcelKey(late.id(), 0)));
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofMillis(25));
    assertEquals(3, d.parcels.size());
    net.run(Duration.ofSeconds(10));
    assertEquals(0, a.blames.size());
    assertEquals(0, a.wasted, "an answer that came late is one");
  }

  @Test
  void whatItTookAMomentBeforeComesAnotherWayToo() {
    net.spy = (from, to, frame) -> from != silent || !(frame instanceof RelayFrame.Carry);
    for (int i = 0; i < 10; i++) a.send(net.parcel(d, false, 100));
    net.run(Duration.ofMillis(100));
    assertEquals(10, a.taken.size() - 1);
    assertEquals(1, d.parcels.size());
    fallSilent();
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(1));
    assertEquals(12, d.parcels.size());
    assertEquals(11, a.relay.counts().rerouted());
  }

  @Test
  void whatItTookLongBeforeDoesNotComeAgain() {
    net.spy = (from, to, frame) -> true;
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofNanos(Hop.LATELY_NANOS).plusSeconds(1));
    fallSilent();
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(1));
    assertEquals(3, d.parcels.size());
    assertEquals(1, a.relay.counts().rerouted());
  }

  @Test
  void ofWhatItTookAWindowFullAtMostComesAgain() {
    net.spy = (from, to, frame) -> from != silent || !(frame instanceof RelayFrame.Carry);
    for (int i = 0; i < 10; i++) a.send(net.parcel(d, false, 200_000));
    net.run(Duration.ofMillis(500));
    assertEquals(10, a.taken.size() - 1);
    fallSilent();
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(2));
    assertEquals(1 + 5 + 1, d.parcels.size(), "1 MiB of it");
  }

  @Test
  void whoHasAnsweredAllIsNotDoubted() {
    net.spy = (from, to, frame) -> true;
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofMillis(100));
    a.relay.onDoubted(silent.id, net.time.nanoTime());
    net.run(Duration.ofSeconds(10));
    assertEquals(0, a.relay.counts().rerouted());
    assertEquals(0, a.blames.size());
  }

  @Test
  void howManyLateAnswersAreKnownIsBounded() {
    Hop hop = new Hop(0);
    for (int i = 0; i <= Hop.MAX_LATE; i++) hop.onLate(key(i));
    assertFalse(hop.onAnswer(key(0), 1));
    assertTrue(hop.onAnswer(key(1), 1));
    assertTrue(hop.onAnswer(key(Hop.MAX_LATE), 1));
    assertFalse(hop.onAnswer(key(1), 1), "once");
  }

  private static ParcelKey key(int number) {
    return new ParcelKey(Bytes.fromHex(String.format("%032x", number)), 0);
  }

  /** Goal: who takes over what a silent neighbour had is not one whose own way leads over the same neighbour. */
  @Test
  void whatItHasNotAnsweredGoesToWhoseWayDoesNotLeadOverIt() {
    net.cut(a, b);
    Node near = net.add(5);
    net.link(a, near);
    net.link(near, silent);
    Node far = net.add(6);
    net.link(a, far, Duration.ofMillis(60));
    net.link(far, d, Duration.ofMillis(60));
    net.run(Duration.ofSeconds(5));
    List<NextHop> best = a.links.route(d.id, net.time.nanoTime()).nextHops();
    assertEquals(
        List.of(silent.id, near.id, far.id),
        best.stream().map(NextHop::peer).toList(),
        "as long as nobody is silent");
    for (int i = 0; i < 10; i++) a.send(net.parcel(d, false, 100));
    net.run(Duration.ofMillis(800));
    assertEquals(11, d.parcels.size());
    assertTrue(d.parcels.getLast().trail().stream().noneMatch(hop -> hop.node().equals(near.id)));
  }

  /** Goal: others do not come this way for nothing, and are told when they may again. */
  @Test
  void theLinkToItIsNotAdvertisedAsLongAsOthersReplaceIt() {
    assertTrue(isToldOfLink());
    for (int i = 0; i < 10; i++) a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(1));
    assertFalse(isToldOfLink());
    net.spy = (from, to, frame) -> true;
    a.receive(silent.id, new RelayFrame.Taken(new ParcelKey(d.parcels.getLast().id(), 0)));
    net.run(Duration.ofSeconds(1));
    assertTrue(isToldOfLink(), "once it speaks");
  }

  /** Goal: a neighbour that falls silent again and again does not use up what lost links are told with. */
  @Test
  void silenceLeavesAdvertsForLostLinks() {
    for (int i = 0; i < 5; i++) {
      fallSilent();
      a.send(net.parcel(d, false, 100));
      net.run(Duration.ofMillis(700));
      net.spy = (from, to, frame) -> true;
      a.receive(
          silent.id, new RelayFrame.Taken(new ParcelKey(d.parcels.getLast().id(), 0)));
      net.run(Duration.ofMillis(500));
    }
    net.cut(a, b);
    net.run(Duration.ofMillis(200));
    LinkAdvert heard = silent.links.advert(a.id).orElseThrow();
    assertTrue(
        heard.statement().links().stream().noneMatch(link -> link.peer().equals(b.id)),
        heard.statement().links().toString());
  }

  /** Goal: who is slow itself does not become out of reach for everybody. */
  @Test
  void theLinkToItIsAdvertisedIfOnlyWhatIsForItselfGoesAnotherWay() {
    net.run(Duration.ofSeconds(2));
    a.send(net.parcel(silent, false, 100));
    net.run(Duration.ofSeconds(1));
    assertTrue(a.relay.isSilent(silent.id));
    assertEquals(1, a.relay.counts().rerouted(), "by b and d");
    assertTrue(isToldOfLink());
  }

  @Test
  void theOnlyLinkToSomebodyIsAdvertisedThoughItIsSilent() {
    net.cut(silent, d);
    net.run(Duration.ofSeconds(2));
    a.send(net.parcel(silent, false, 100));
    net.run(Duration.ofSeconds(1));
    assertTrue(a.relay.isSilent(silent.id));
    assertFalse(a.relay.isReplaced(silent.id));
    assertTrue(isToldOfLink());
    assertEquals(
        silent.id,
        a.links.route(silent.id, net.time.nanoTime()).nextHops().getFirst().peer());
    net.run(Duration.ofSeconds(6));
    assertEquals(List.of(ParcelRefusal.NO_ROUTE), List.copyOf(a.refused.values()));
    net.run(Duration.ofSeconds(5));
    assertFalse(a.relay.isSilent(silent.id), "another chance");
  }

  private boolean isToldOfLink() {
    return b.links.advert(a.id).orElseThrow().statement().links().stream()
        .anyMatch(link -> link.peer().equals(silent.id));
  }

  @Test
  void whereThereIsNoOtherWayItIsWaitedFor() {
    net.cut(a, b);
    net.run(Duration.ofSeconds(1));
    a.send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(2));
    assertEquals(0, a.relay.counts().rerouted());
    assertTrue(a.refused.isEmpty());
    net.link(a, b, Duration.ofMillis(30));
    net.run(Duration.ofSeconds(2));
    assertEquals(2, d.parcels.size(), "over a way that came meanwhile");
  }
}
