package org.openagi.p2p.overlay.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;

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
