package org.openagi.p2p.overlay.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;
import org.openagi.p2p.overlay.relay.RelayFrame.Carry;

/** A parcel crosses as many links as its sender allowed, whatever happens to it, and each node passes it on once. */
class HopsTest {
  private static final int TTL = 12;

  private record Passage(PeerId node, Bytes parcel, int copy) {}

  private static Parcel withTtl(Parcel parcel, int ttl) {
    return new Parcel(
        parcel.id(), parcel.to(), ttl, 60_000, parcel.keep(), List.of(), parcel.sealed());
  }

  /**
   * Goal: hops left and hops made always add up to what the sender allowed: over relays, around dead links, and through
   * mailboxes. Method: each frame is looked at while links come and go and recipients are away.
   */
  @Property(tries = 10)
  void hopsLeftAndHopsMadeAddUp(@ForAll long seed) {
    RoutingNet net = new RoutingNet(seed);
    net.encoding = false;
    List<Node> nodes = net.add(1, 14, NodeType.FULL);
    for (int i = 20; i < 23; i++) nodes.add(net.add(i, NodeType.STORAGE, new MemoryMailStore()));
    for (int i = 1; i < nodes.size(); i++) {
      net.link(nodes.get(i), nodes.get(net.random.nextInt(i)));
      net.link(nodes.get(i), nodes.get((i + 5) % nodes.size()));
    }
    List<Node> away = net.add(40, 3, NodeType.FULL);
    net.run(Duration.ofSeconds(10));
    long[] looked = new long[1];
    net.spy = (from, to, frame) -> {
      if (!(frame instanceof Carry carry)) return true;
      looked[0]++;
      assertEquals(TTL + 1, carry.parcel().ttl() + carry.parcel().trail().size());
      return true;
    };
    for (int round = 0; round < 60; round++) {
      Node from = nodes.get(net.random.nextInt(nodes.size()));
      Node to = round % 3 == 0
          ? away.get(net.random.nextInt(away.size()))
          : nodes.get(net.random.nextInt(nodes.size()));
      if (from != to) from.send(withTtl(net.parcel(to, true, 100), TTL));
      Node one = nodes.get(net.random.nextInt(nodes.size()));
      Node other = nodes.get(net.random.nextInt(nodes.size()));
      if (one != other && one.neighbours().contains(other.id)) net.cut(one, other);
      else if (one != other) net.link(one, other);
      if (round == 40) for (Node each : away) net.link(each, from);
      net.run(Duration.ofMillis(net.random.nextInt(500)));
    }
    net.run(Duration.ofSeconds(15));
    assertTrue(looked[0] > 60, looked[0] + " frames");
    long fromMailboxes = 0;
    for (Node each : nodes) fromMailboxes += each.relay.counts().mailDelivered();
    assertTrue(fromMailboxes > 0, "some were kept for a while");
  }

  /** a – b – keeper – c – d, where d comes later. */
  private static int arrivedThroughMailbox(int ttl) {
    RoutingNet net = new RoutingNet(1);
    List<Node> nodes = net.add(1, 5, NodeType.FULL);
    nodes.set(2, net.add(9, NodeType.STORAGE, new MemoryMailStore()));
    for (int i = 1; i < 4; i++) net.link(nodes.get(i - 1), nodes.get(i));
    net.run(Duration.ofSeconds(5));
    nodes.get(0).send(withTtl(net.parcel(nodes.get(4), true, 100), ttl));
    net.run(Duration.ofSeconds(2));
    assertEquals(ttl > 2 ? 1 : 0, nodes.get(2).relay.counts().mailParcels());
    net.link(nodes.get(3), nodes.get(4));
    net.run(Duration.ofSeconds(30));
    return nodes.get(4).parcels.size();
  }

  @Test
  void aMailboxGivesNoHopsBackHoweverOftenItTries() {
    assertEquals(1, arrivedThroughMailbox(4));
    assertEquals(0, arrivedThroughMailbox(3));
    assertEquals(0, arrivedThroughMailbox(2));
  }

  @Test
  void aParcelWithoutHopsLeftIsNotEvenDelivered() {
    RoutingNet net = new RoutingNet(1);
    Node a = net.add(1);
    Node b = net.add(2);
    net.link(a, b);
    net.run(Duration.ofSeconds(1));
    Carry carry = new Carry(0, Optional.empty(), false, 0, withTtl(net.parcel(b, false, 10), 0));
    List<OverlayFrame> answers = new ArrayList<>();
    net.spy = (from, to, frame) -> {
      if (from == b && frame instanceof RelayFrame) answers.add(frame);
      return true;
    };
    b.receive(a.id, carry);
    assertEquals(List.of(), b.parcels);
    assertEquals(List.of(new RelayFrame.Refused(carry.key(), ParcelRefusal.TTL_EXCEEDED)), answers);
    assertEquals(Map.of(ParcelRefusal.TTL_EXCEEDED, 1L), b.relay.counts().refused());
  }

  /**
   * Goal: copies that meet again are passed on once. Method: every CARRY arrives three times, and the shares send parcels over
   * several ways that join again.
   */
  @Test
  void eachNodePassesACopyOnOnceHoweverOftenAndBySoManyWaysItCame() {
    RoutingNet net = new RoutingNet(5);
    net.encoding = false;
    List<Node> nodes = net.add(1, 10, NodeType.FULL); // a, then three rows of three
    for (int i = 1; i <= 3; i++) net.link(nodes.get(0), nodes.get(i));
    for (int row = 1; row <= 4; row += 3) {
      for (int i = 0; i < 9; i++) net.link(nodes.get(row + i / 3), nodes.get(row + 3 + i % 3));
    }
    Node d = net.add(30);
    for (int i = 7; i <= 9; i++) net.link(nodes.get(i), d);
    net.run(Duration.ofSeconds(20));
    Map<Passage, Integer> passed = new HashMap<>();
    Set<PeerId> carriers = new HashSet<>();
    net.spy = (from, to, frame) -> {
      if (!(frame instanceof Carry carry)) return true;
      carriers.add(from.id);
      passed.merge(new Passage(from.id, carry.parcel().id(), carry.copy()), 1, Integer::sum);
      for (int i = 1; i <= 2; i++) {
        long at = net.time.nanoTime() + Duration.ofMillis(15 * i).toNanos();
        net.at(at, () -> to.receive(from.id, frame));
      }
      return true;
    };
    for (int i = 0; i < 200; i++) nodes.get(0).send(net.parcel(d, false, 100));
    net.run(Duration.ofSeconds(5));
    assertEquals(200, d.parcels.size());
    assertEquals(10, carriers.size(), "all share the load");
    assertEquals(200 * 4, passed.size());
    for (int times : passed.values()) assertEquals(1, times);
    long repeated = d.relay.counts().repeated();
    assertEquals(2 * 200, repeated);
  }
}
