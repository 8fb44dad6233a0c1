package org.openagi.p2p.overlay.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.overlay.TestWorld;
import org.openagi.p2p.overlay.TestWorld.Node;
import org.openagi.p2p.overlay.broadcast.BroadcastConfig;
import org.openagi.p2p.testkit.TestPeers;

/** Neighbours that lie, crowd in or flood. */
class MembershipBoundsTest {
  private static final long SECOND = 1_000_000_000L;

  private final TestWorld world =
      new TestWorld(9, MembershipConfig.defaults(), BroadcastConfig.defaults());

  private static Multiaddr at(String ip) {
    return Multiaddr.parse("/ip4/" + ip + "/tcp/4001");
  }

  private static List<PeerEntry> lies(int from, int count) {
    List<PeerEntry> lies = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      lies.add(PeerEntry.of(
          TestPeers.keyless(i), List.of(at("203.0." + i / 200 % 200 + "." + i % 200))));
    }
    return lies;
  }

  @Test
  void whatOneNeighbourTellsFillsNoMoreThanItsShareAndDisplacesNoExperience() throws Exception {
    Node honest = world.add();
    Node liar = world.add();
    for (int i = 0; i < 10; i++)
      honest.membership.onKnown(TestPeers.keyless(5000 + i), List.of(), world.now());
    world.connect(liar, honest);
    world.run(SECOND);
    int max = MembershipConfig.defaults().candidatesMax();
    for (int i = 0; i < 300; i++) {
      honest.membership.onFrame(
          liar.id, new MembershipFrame.Shuffle(6, lies(10_000 + 12 * i, 12)), world.now());
      world.run(SECOND / 4);
    }
    List<PeerEntry> candidates = honest.membership.candidates();
    long lied = candidates.stream().filter(each -> !each.addresses().isEmpty()).count();
    assertTrue(lied <= max / 4, lied + " of " + max + " candidates are the liar's");
    Set<Object> known = new HashSet<>();
    candidates.forEach(each -> known.add(each.peer()));
    for (int i = 0; i < 10; i++) assertTrue(known.contains(TestPeers.keyless(5000 + i)));
  }

  @Test
  void aFloodOfFramesIsIgnoredBeyondTheLimit() throws Exception {
    Node honest = world.add();
    Node flooder = world.add();
    world.connect(flooder, honest);
    world.run(SECOND);
    for (int i = 0; i < 1000; i++) {
      honest.membership.onFrame(
          flooder.id,
          new MembershipFrame.ForwardJoin(lies(20_000 + i, 1).getFirst(), 0),
          world.now());
    }
    assertTrue(honest.membership.counters().limited() > 900);
    assertTrue(honest.membership.counters().dials() < 10, "a walk makes few dials");
    assertTrue(
        honest.membership.candidates().size() <= MembershipConfig.defaults().candidatesMax());
  }

  @Test
  void oneRangeOfAddressesGetsFewPlaces() {
    Node honest = world.add(at("192.0.2.1"));
    for (int i = 1; i <= 8; i++) world.connect(world.add(at("198.51.100." + i)), honest);
    world.run(2 * SECOND);
    assertEquals(2, honest.membership.degree(), "of one /24");
    for (int i = 1; i <= 8; i++) world.connect(world.add(at("198.51." + i + ".1")), honest);
    world.run(2 * SECOND);
    assertEquals(3, honest.membership.degree(), "of one /16");
    assertTrue(honest.membership.counters().refusedRange() > 0);
    Node listed = world.add(at("198.51.100.99"));
    honest.protectedPeers.add(listed.id);
    world.connect(listed, honest);
    world.run(2 * SECOND);
    assertTrue(honest.membership.isInView(listed.id), "who is listed is welcome");
  }

  @Test
  void whoIsOfIllReputeIsRefusedAndHasToGo() {
    Node honest = world.add();
    Node bad = world.add();
    honest.scores.put(bad.id, -50.0);
    world.connect(bad, honest);
    world.run(2 * SECOND);
    assertFalse(honest.membership.counters().refusedScore() == 0);
    Node turned = world.add();
    world.connect(turned, honest);
    world.run(2 * SECOND);
    assertTrue(honest.membership.isInView(turned.id));
    honest.scores.put(turned.id, -50.0);
    world.run(60 * SECOND);
    assertFalse(honest.membership.isInView(turned.id));
  }

  @Test
  void addressesThatTheTellerCannotKnowAreNotBelieved() throws Exception {
    Node honest = world.add(at("192.0.2.1"));
    Node far = world.add(at("198.51.100.1"));
    world.connect(far, honest);
    world.run(SECOND);
    PeerEntry inside = PeerEntry.of(
        TestPeers.keyless(777), List.of(at("127.0.0.1"), at("10.0.0.1"), at("192.168.1.1")));
    PeerEntry both =
        PeerEntry.of(TestPeers.keyless(778), List.of(at("127.0.0.1"), at("203.0.113.5")));
    honest.protectedPeers.add(TestPeers.keyless(778)); // kept although a dial of it fails
    honest.membership.onFrame(
        far.id, new MembershipFrame.Shuffle(6, List.of(inside, both)), world.now());
    List<PeerEntry> candidates = honest.membership.candidates();
    assertTrue(candidates.stream().noneMatch(each -> each.peer().equals(inside.peer())));
    assertTrue(candidates.contains(new PeerEntry(both.peer(), List.of(at("203.0.113.5")))));
  }

  @Test
  void thePolicyDropsIllReputeThenTheMostCrowdedAndNeverWhoIsProtected() {
    AddressRange crowded = AddressRange.of(at("198.51.100.1"));
    AddressRange other = AddressRange.of(at("203.0.113.1"));
    List<TrimPolicy.Candidate> view = List.of(
        new TrimPolicy.Candidate(TestPeers.keyless(1), 5, 6, other, false),
        new TrimPolicy.Candidate(TestPeers.keyless(2), 0, 6, crowded, true),
        new TrimPolicy.Candidate(TestPeers.keyless(3), 0, 2, crowded, false),
        new TrimPolicy.Candidate(TestPeers.keyless(4), 0, 8, crowded, false),
        new TrimPolicy.Candidate(TestPeers.keyless(5), -3, 1, AddressRange.UNKNOWN, false));
    assertEquals(
        List.of(
            TestPeers.keyless(5), TestPeers.keyless(4), TestPeers.keyless(3), TestPeers.keyless(1)),
        TrimPolicy.standard().choose(view, 10));
  }
}
