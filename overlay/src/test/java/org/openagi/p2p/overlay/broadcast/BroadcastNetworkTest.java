package org.openagi.p2p.overlay.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.overlay.TestWorld;
import org.openagi.p2p.overlay.TestWorld.Delivered;
import org.openagi.p2p.overlay.TestWorld.Node;
import org.openagi.p2p.overlay.membership.MembershipConfig;

/** What broadcast does for a network as a whole. */
class BroadcastNetworkTest {
  private static final long SECOND = 1_000_000_000L;

  private static TestWorld world(long seed) {
    return new TestWorld(seed, MembershipConfig.defaults(), BroadcastConfig.defaults());
  }

  /** Copies beyond the least that are needed, for each node that got it. */
  private static double redundancy(long copies, int nodes, int messages) {
    return copies / (double) messages / (nodes - 1) - 1;
  }

  private static long copies(TestWorld world) {
    return world.alive().stream().mapToLong(each -> each.gossipSent).sum();
  }

  private static void assertOnce(Node node) {
    Set<List<Object>> ids = new HashSet<>();
    for (Delivered each : node.delivered) {
      assertTrue(ids.add(List.of(each.origin(), each.number())), "twice at " + node.index);
    }
  }

  @Test
  void everyoneGetsEachMessageOnceAndInTheEndByOneCopy() {
    TestWorld world = world(1);
    List<Node> all = world.grow(200, 3, SECOND / 20);
    world.run(60 * SECOND);
    for (int i = 0; i < 50; i++) {
      all.get(i % 5).sendToAll("warm up " + i);
      world.run(SECOND / 5);
    }
    world.run(5 * SECOND);
    long before = copies(world);
    for (int i = 0; i < 100; i++) {
      all.get(i % 5).sendToAll("message " + i);
      world.run(SECOND / 10);
    }
    world.run(5 * SECOND);
    for (Node each : all) {
      assertOnce(each);
      int own = each.index < 5 ? 30 : 0;
      assertEquals(150 - own, each.delivered.size(), "at " + each.index);
    }
    double redundancy = redundancy(copies(world) - before, 200, 100);
    assertTrue(redundancy < 0.02, "redundancy " + redundancy);
  }

  @Test
  void messagesReachAllSurvivorsWhileNodesDie() {
    TestWorld world = world(2);
    List<Node> all = world.grow(300, 3, SECOND / 20);
    world.run(60 * SECOND);
    for (int i = 0; i < 20; i++) {
      all.get(0).sendToAll("warm up");
      world.run(SECOND / 5);
    }
    for (int i = 0; i < 100; i++) {
      all.get(0).sendToAll("message " + i);
      if (i % 2 == 0) world.kill(all.get(100 + i), SECOND);
      world.run(SECOND / 5);
    }
    world.run(20 * SECOND);
    for (Node each : world.alive()) {
      assertOnce(each);
      if (each.index > 0) assertEquals(120, each.delivered.size(), "at " + each.index);
    }
  }

  @Test
  void halfOfAThousandDieAndAMessageReachesTheRest() {
    TestWorld world = world(3);
    List<Node> all = world.grow(1000, 5, SECOND / 50);
    world.run(60 * SECOND);
    for (int i = 0; i < 5; i++) {
      all.get(1).sendToAll("warm up");
      world.run(SECOND);
    }
    for (int i = 0; i < 1000; i += 2) world.kill(all.get(i), SECOND);
    long sentAt = world.now();
    all.get(1).sendToAll("who is there?");
    world.run(30 * SECOND);
    long last = 0;
    for (Node each : world.alive()) {
      if (each.index == 1) continue;
      assertEquals(6, each.delivered.size(), "at " + each.index);
      last = Math.max(last, each.delivered.get(5).atNanos() - sentAt);
    }
    assertTrue(last < 5 * SECOND, "the last one got it after " + last / 1_000_000 + " ms");
  }

  @Test
  void whatWasSentDuringACutReachesTheOtherSideAfterIt() {
    TestWorld world = world(4);
    List<Node> all = world.grow(6, 1, SECOND);
    world.run(30 * SECOND);
    world.cut((a, b) -> a.index % 2 != b.index % 2, 3 * SECOND);
    for (int i = 0; i < 30; i++) {
      all.get(0).sendToAll("even " + i);
      all.get(1).sendToAll("odd " + i);
      world.run(SECOND);
    }
    world.heal();
    world.run(10 * SECOND);
    for (Node each : all) {
      assertOnce(each);
      assertEquals(each.index < 2 ? 30 : 60, each.delivered.size(), "at " + each.index);
    }
  }

  @Test
  void theOriginHearsThatItsNeighboursTookItOver() {
    TestWorld world = world(5);
    List<Node> all = world.grow(20, 2, SECOND / 10);
    world.run(30 * SECOND);
    long number = all.get(3).sendToAll("hello");
    world.run(SECOND / 5);
    assertEquals(all.get(3).links.size(), all.get(3).takenOver.get(number));
    Node alone = world.add();
    long unheard = alone.sendToAll("is anybody there?");
    world.run(SECOND);
    assertTrue(alone.takenOver.isEmpty());
    world.connect(alone, all.get(0));
    world.run(SECOND);
    assertEquals(1, alone.takenOver.get(unheard));
  }
}
