package org.openagi.p2p.overlay.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
    assertEquals(0, a.blames.size());
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
