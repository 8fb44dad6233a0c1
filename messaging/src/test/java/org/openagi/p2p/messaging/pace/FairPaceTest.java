package org.openagi.p2p.messaging.pace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.pace.PaceSim.Load;

/**
 * Goal: the limit is kept and used up, peers get equal shares, lanes by weight, nobody starves, urgent
 * messages don't wait. Method: simulated senders in virtual time, by seed.
 */
class FairPaceTest {
  private static final long MIB = 1 << 20;
  private static final long SECOND = PaceSim.SECOND;
  private static final long MILLI = PaceSim.MILLI;

  private static void assertNear(double expected, double actual, double tolerance, String what) {
    assertTrue(
        Math.abs(actual - expected) <= expected * tolerance,
        what + ": " + actual + ", expected " + expected + " within " + tolerance * 100 + " %");
  }

  @ParameterizedTest
  @ValueSource(longs = {16 << 10, 100_000, 1 << 20, 10 << 20, 100 << 20, 1 << 30})
  void theLimitIsKeptAndUsedUp(long limit) {
    for (int chunk = 1 << 10; chunk <= 1 << 20; chunk <<= 2) {
      for (int peers : new int[] {1, 3}) {
        PaceSim sim = new PaceSim(chunk + peers, limit);
        for (int i = 0; i < peers; i++) sim.load(Lane.BULK, chunk).greedy();
        sim.run(10 * SECOND);
        assertNear(10.0 * limit, sim.total, 0.05, "chunk " + chunk + ", peers " + peers);
        double burst = limit * 0.02 + FairPace.MAX_GRANT_BYTES;
        assertTrue(sim.mostAhead <= burst, sim.mostAhead + " bytes ahead, allowed are " + burst);
      }
    }
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void greedyPeersGetTheSame(@ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int peers) {
    PaceSim sim = new PaceSim(seed, 10 * MIB);
    for (int i = 0; i < peers; i++) {
      Load load = sim.load(Lane.BULK, 1 << 10 + sim.random.nextInt(11));
      sim.after(sim.random.nextLong(100 * MILLI), load::greedy);
    }
    sim.run(10 * SECOND);
    double index = PaceSim.jain(sim.loads);
    assertTrue(index > 0.999, "Jain's index " + index);
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void whoAsksForLessThanItsShareGetsAllOfIt(@ForAll long seed) {
    PaceSim sim = new PaceSim(seed, 4 * MIB);
    List<Load> greedy = new ArrayList<>();
    for (int i = 0; i < 4; i++) greedy.add(sim.load(Lane.BULK, 256 << 10).greedy());
    List<Load> modest = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      long pause = (1 + sim.random.nextInt(50)) * MILLI;
      int bytes = (int) (200_000 * pause / SECOND);
      modest.add(sim.load(Lane.BULK, 16 << 10).every(pause, bytes));
    }
    sim.run(10 * SECOND);
    for (Load load : modest) {
      assertNear(2_000_000, load.sent, 0.02, "a modest peer");
      assertTrue(load.longestWaitNanos < 100 * MILLI, load.longestWaitNanos + " ns waited");
    }
    assertTrue(PaceSim.jain(greedy) > 0.999);
    assertNear((40 * MIB - 12_000_000) / 4.0, greedy.getFirst().sent, 0.02, "a greedy peer");
  }

  @Test
  void lanesOfOnePeerShareByWeight() {
    PaceSim sim = new PaceSim(1, 2 * MIB);
    PacePeer peer = sim.pace.addPeer(0, sim.now);
    List<Load> lanes = new ArrayList<>();
    for (Lane lane : Lane.values()) lanes.add(sim.load(peer, lane, 1 << 20).greedy());
    Load other = sim.load(Lane.BULK, 1 << 10).greedy();
    sim.run(10 * SECOND);
    assertNear(10.0 * MIB, other.sent, 0.02, "another peer");
    for (Load load : lanes) {
      double share = 10.0 * MIB * FairPace.weightOf(load.lane.lane()) / 17;
      assertNear(share, load.sent, 0.05, "lane " + load.lane.lane());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {16 << 10, 1 << 20, 10 << 20})
  void sparseUrgentMessagesNeverWait(long limit) {
    PaceSim sim = new PaceSim(2, limit);
    PacePeer peer = sim.pace.addPeer(0, sim.now);
    sim.load(peer, Lane.BULK, 1 << 20).greedy();
    for (int i = 0; i < 5; i++) sim.load(Lane.BULK, 1 << 20).greedy();
    int bytes = (int) (limit / 1000);
    Load urgent = sim.load(peer, Lane.URGENT, 1 << 10).every(10 * MILLI, bytes);
    sim.run(10 * SECOND);
    assertEquals(0, urgent.waits);
    assertNear(1001.0 * bytes, urgent.sent, 0.001, "urgent");
    assertNear(10.0 * limit, sim.total, 0.05, "all");
  }

  @Test
  void aFloodOfUrgentMessagesNeitherBreaksTheLimitNorStarvesAnybody() {
    long limit = MIB;
    PaceSim sim = new PaceSim(3, limit);
    PacePeer peer = sim.pace.addPeer(0, sim.now);
    Load urgent = sim.load(peer, Lane.URGENT, 1 << 20).every(MILLI, 10_000);
    Load bulk = sim.load(peer, Lane.BULK, 1 << 20).greedy();
    Load other = sim.load(Lane.BULK, 1 << 20).greedy();
    sim.run(10 * SECOND);
    double slack = FairPace.boundBytes(limit) + 2.0 * FairPace.MAX_GRANT_BYTES;
    assertTrue(sim.mostAhead < slack, sim.mostAhead + " bytes ahead, allowed are " + slack);
    assertNear(10.0 * limit, sim.total, 0.05, "all");
    assertNear(5.0 * limit, other.sent, 0.05, "another peer");
    assertNear(5.0 * limit * 8 / 9, urgent.sent, 0.05, "urgent");
    assertNear(5.0 * limit / 9, bulk.sent, 0.10, "bulk beside the flood");
  }

  @Test
  void aPeerKeepsItsOwnLimitAndOthersGetTheRest() {
    PaceSim sim = new PaceSim(4, 4 * MIB);
    PacePeer slow = sim.pace.addPeer(MIB / 2, sim.now);
    Load limited = sim.load(slow, Lane.BULK, 1 << 20).greedy();
    Load free = sim.load(Lane.BULK, 1 << 20).greedy();
    sim.run(10 * SECOND);
    assertNear(5.0 * MIB, limited.sent, 0.05, "limited");
    assertNear(35.0 * MIB, free.sent, 0.05, "free");
  }

  @Test
  void aLimitOfAPeerHoldsWithoutOneOfTheWhole() {
    PaceSim sim = new PaceSim(5, 0);
    PacePeer slow = sim.pace.addPeer(MIB, sim.now);
    assertTrue(sim.pace.isUnlimited(sim.pace.addPeer(0, sim.now)));
    Load limited = sim.load(slow, Lane.BULK, 1 << 20).greedy();
    sim.run(10 * SECOND);
    assertNear(10.0 * MIB, limited.sent, 0.05, "limited");
  }

  @Test
  void limitsChangeWhileLanesWait() {
    PaceSim sim = new PaceSim(6, MIB);
    PacePeer peer = sim.pace.addPeer(0, sim.now);
    Load one = sim.load(peer, Lane.BULK, 1 << 20).greedy();
    Load two = sim.load(Lane.BULK, 1 << 20).greedy();
    sim.run(SECOND);
    sim.pace.setLimit(8 * MIB, sim.now);
    sim.pace.setLimit(peer, MIB, sim.now);
    long before = one.sent;
    long beforeTwo = two.sent;
    sim.run(4 * SECOND);
    assertNear(4.0 * MIB, one.sent - before, 0.05, "limited");
    assertNear(28.0 * MIB, two.sent - beforeTwo, 0.05, "the other");
  }

  @Test
  void whatWasGrantedAndNotSentIsGivenBack() {
    PaceSim sim = new PaceSim(7, MIB);
    Load mean = sim.load(Lane.BULK, 1 << 10).every(20 * MILLI, 10);
    Load greedy = sim.load(Lane.BULK, 1 << 20).greedy();
    sim.run(10 * SECOND);
    assertNear(5_010, mean.sent, 0.01, "small messages");
    assertNear(10.0 * MIB, greedy.sent, 0.05, "the other");
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void nobodyStarvesWhateverComesAndGoes(@ForAll long seed) {
    long limit = 256 << 10 << new java.util.Random(seed).nextInt(6);
    PaceSim sim = new PaceSim(seed, limit);
    Load steady = sim.load(Lane.BULK, 1 << 20).greedy();
    for (int i = 0; i < 10; i++) {
      PacePeer peer = sim.pace.addPeer(sim.random.nextBoolean() ? limit / 8 : 0, sim.now);
      for (Lane lane : Lane.values()) comeAndGo(sim, sim.load(peer, lane, 1 << 18));
    }
    sim.run(10 * SECOND);
    assertNear(10.0 * limit, sim.total, 0.05, "all");
    assertTrue(steady.sent > 10.0 * limit / 11 * 0.9, steady.sent + " of " + sim.total);
    assertTrue(steady.longestWaitNanos < 2 * SECOND, steady.longestWaitNanos + " ns waited");
  }

  private static void comeAndGo(PaceSim sim, Load load) {
    sim.after(sim.random.nextLong(300 * MILLI), () -> {
      if (sim.random.nextInt(4) == 0) load.stop();
      else load.offer(sim.random.nextInt(300_000));
      comeAndGo(sim, load);
    });
  }

  @Test
  void negativeLimitsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new FairPace(-1, 0));
    FairPace pace = new FairPace(0, 0);
    assertThrows(IllegalArgumentException.class, () -> pace.addPeer(-5, 0));
    assertNull(pace.poll(0));
    assertEquals(FairPace.NEVER, pace.nextNanos());
  }
}
