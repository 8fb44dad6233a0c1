package org.openagi.p2p.overlay.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.overlay.TestWorld;
import org.openagi.p2p.overlay.TestWorld.Node;
import org.openagi.p2p.overlay.broadcast.BroadcastConfig;

/** What membership does for a network as a whole. */
class MembershipNetworkTest {
  private static final long SECOND = 1_000_000_000L;

  private static TestWorld world(long seed) {
    return new TestWorld(seed, MembershipConfig.defaults(), BroadcastConfig.defaults());
  }

  private static TreeMap<Integer, Integer> degrees(TestWorld world) {
    TreeMap<Integer, Integer> degrees = new TreeMap<>();
    for (Node each : world.alive()) degrees.merge(each.membership.degree(), 1, Integer::sum);
    return degrees;
  }

  @Test
  void whoJoinsOneAfterAnotherIsConnectedWithDegreesAroundTheTarget() {
    TestWorld world = world(1);
    world.grow(500, 3, SECOND / 20);
    world.run(120 * SECOND);
    assertEquals(List.of(500), world.components());
    TreeMap<Integer, Integer> degrees = degrees(world);
    assertTrue(degrees.firstKey() >= 6 && degrees.lastKey() <= 9, degrees.toString());
    double mean = world.alive().stream()
        .mapToInt(each -> each.membership.degree())
        .average()
        .orElseThrow();
    assertTrue(mean < 7.5, "mean degree " + mean + " of " + degrees);
    assertEquals(0, world.violations());
  }

  @Test
  void allAtOnceThroughOneContactAreConnected() {
    TestWorld world = world(4);
    Node contact = world.add();
    for (int i = 0; i < 200; i++) world.add().learn(contact);
    world.run(60 * SECOND);
    assertEquals(List.of(201), world.components());
    assertTrue(degrees(world).firstKey() >= 5, degrees(world).toString());
  }

  @Test
  void halfOfAThousandDieAndTheRestIsConnected() {
    TestWorld world = world(2);
    world.grow(1000, 5, SECOND / 50);
    world.run(60 * SECOND);
    List<Node> all = world.alive();
    for (int i = 0; i < all.size(); i += 2) world.kill(all.get(i), 2 * SECOND);
    world.run(10 * SECOND);
    assertEquals(List.of(500), world.components());
    assertTrue(degrees(world).firstKey() >= 6, degrees(world).toString());
    assertEquals(0, world.violations());
  }

  @Test
  void partsThatWereCutOffAreJoinedSoonAfterTheCutEnds() {
    TestWorld world = world(3);
    world.grow(6, 1, SECOND);
    world.run(30 * SECOND);
    assertEquals(List.of(6), world.components());
    world.cut((a, b) -> a.index % 2 != b.index % 2, 3 * SECOND);
    world.run(60 * SECOND);
    assertEquals(List.of(3, 3), world.components());
    world.heal();
    world.run(5 * SECOND);
    assertTrue(world.components().size() == 1, world.components().toString());
  }
}
