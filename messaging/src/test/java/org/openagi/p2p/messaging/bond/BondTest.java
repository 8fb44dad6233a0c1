package org.openagi.p2p.messaging.bond;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.messaging.sim.SimBond;
import org.openagi.p2p.messaging.sim.SimPath;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.VirtualWorld;

/** One stream over several paths arrives whole, in order and once, whatever happens to them. */
class BondTest {
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  /** 100 MB/s. */
  private static final double RATE = 10;

  private static final byte[] PATTERN = new byte[1_000_003];

  static {
    new Random(1).nextBytes(PATTERN);
  }

  private VirtualWorld world;
  private SimBond bond;
  private End alice;
  private End bob;

  /** Writes bytes that can be told by their place, checks those of the other end. */
  private final class End implements BondListener {
    Bond of;
    long toWrite;
    int maxWrite = 64 << 10;
    long wrote;
    long read;
    long notConsumed;
    boolean slow;
    boolean ended;
    boolean endsToo;
    String closed = "";

    void write(long bytes) {
      toWrite += bytes;
      go();
    }

    private void go() {
      boolean any = false;
      while (toWrite > 0 && of.isWritable()) {
        int length = (int) Math.min(toWrite, 1 + world.random().nextInt(maxWrite));
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) done += copy(wrote + done, bytes, done);
        toWrite -= length;
        wrote += length;
        of.write(Unpooled.wrappedBuffer(bytes));
        any = true;
      }
      if (any) of.flush();
      if (toWrite == 0 && endsToo) of.closeWrite();
    }

    @Override
    public void onData(ByteBuf data) {
      int length = data.readableBytes();
      byte[] bytes = new byte[length];
      data.readBytes(bytes);
      byte[] expected = new byte[length];
      for (int done = 0; done < length; ) done += copy(read + done, expected, done);
      assertEquals(-1, Arrays.mismatch(expected, bytes), "wrong byte after " + read);
      data.release();
      read += length;
      if (slow) notConsumed += length;
      else of.consumed(length);
    }

    void consumeAll() {
      slow = false;
      int bytes = (int) notConsumed;
      notConsumed = 0;
      of.consumed(bytes);
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {
      go();
    }

    @Override
    public void onRemoteClosed() {
      ended = true;
    }

    @Override
    public void onWelcome() {}

    @Override
    public void onClosed(String why) {
      closed = why;
    }
  }

  /** Copies what belongs to an offset of the stream; returns how many bytes. */
  private static int copy(long offset, byte[] to, int at) {
    int from = (int) (offset % PATTERN.length);
    int length = Math.min(to.length - at, PATTERN.length - from);
    System.arraycopy(PATTERN, from, to, at, length);
    return length;
  }

  private void start(long seed) {
    world = new VirtualWorld(seed);
    alice = new End();
    bob = new End();
    bond = new SimBond(world, alice, bob);
    alice.of = bond.opener;
    bob.of = bond.acceptor;
  }

  private void startWithTwo(double nanosPerByte, double nanosPerByteOfSecond) {
    start(1);
    bond.add(MILLI, nanosPerByte);
    world.runFor(10 * MILLI);
    bond.add(MILLI, nanosPerByteOfSecond);
    world.runFor(10 * MILLI);
    assertEquals(2, bond.acceptor.paths());
  }

  private long sentOver(int path) {
    return carried(bond.opener, path);
  }

  private static long carried(Bond of, int path) {
    return of.pathMeters().get(path).sentBytes();
  }

  @Test
  void bytesFlowBeforeTheFirstAnswer() {
    start(1);
    bond.add(MILLI, 0);
    alice.write(1000);
    world.runFor(MILLI + 1);
    assertEquals(1000, bob.read);
  }

  @Test
  void equalPathsCarryEqualParts() {
    startWithTwo(RATE, RATE);
    alice.write(100 << 20);
    long start = world.time().nanoTime();
    while (bob.read < 100 << 20) world.runFor(MILLI);
    double seconds = (world.time().nanoTime() - start) / 1e9;
    double share = (double) sentOver(0) / alice.wrote;
    assertTrue(share > 0.45 && share < 0.55, "the first carried " + share);
    assertTrue(seconds < 0.62, seconds + " s, one path alone takes 1.05 s");
  }

  @Test
  void aSlowPathCarriesItsPartAndHoldsNothingUp() {
    startWithTwo(RATE, 4 * RATE);
    alice.write(100 << 20);
    long start = world.time().nanoTime();
    while (bob.read < 100 << 20) world.runFor(MILLI);
    double seconds = (world.time().nanoTime() - start) / 1e9;
    double share = (double) sentOver(1) / alice.wrote;
    assertTrue(share > 0.12 && share < 0.28, "the slow one carried " + share);
    assertTrue(seconds < 1.0, seconds + " s, the fast one alone takes 1.05 s");
  }

  @Test
  void aPathThatBecomesSlowLosesItsPartAndGetsItBack() {
    startWithTwo(RATE, RATE);
    alice.write(50 << 20);
    while (bob.read < 50 << 20) world.runFor(MILLI);
    SimPath second = bond.paths.get(1);
    second.change(MILLI, 100 * RATE);
    long before = sentOver(1);
    long start = world.time().nanoTime();
    alice.write(100 << 20);
    while (bob.read < 150 << 20) world.runFor(MILLI);
    double seconds = (world.time().nanoTime() - start) / 1e9;
    assertTrue(sentOver(1) - before < 5 << 20, (sentOver(1) - before) + " over the slow one");
    assertTrue(seconds < 1.6, seconds + " s, the fast one alone takes 1.05 s");
    second.change(MILLI, RATE);
    world.runFor(15 * SECOND);
    before = sentOver(1);
    alice.write(100 << 20);
    while (bob.read < 250 << 20) world.runFor(MILLI);
    double share = (double) (sentOver(1) - before) / (100 << 20);
    assertTrue(share > 0.4, "it carries " + share + " again");
  }

  @Test
  void smallWritesTakeTheShorterPathAndNeitherWaitBehindBulk() {
    start(1);
    bond.add(10 * MILLI, RATE);
    world.runFor(100 * MILLI);
    bond.add(MILLI, RATE);
    world.runFor(100 * MILLI);
    for (int i = 0; i < 100; i++) {
      alice.write(100);
      world.runFor(20 * MILLI);
    }
    assertTrue(sentOver(1) >= 9_000, sentOver(1) + " of 10000 over the shorter one");
  }

  @Test
  void aSmallWriteTakesTheConnectionWithLessBulkOfOthersOnIt() {
    start(1);
    PathMeter busy = new PathMeter();
    PathMeter free = new PathMeter();
    bond.add(MILLI, RATE, busy);
    alice.write(50 << 20);
    End small = new End();
    End taker = new End();
    SimBond urgent = new SimBond(world, small, taker);
    small.of = urgent.opener;
    taker.of = urgent.acceptor;
    urgent.add(MILLI, RATE, busy);
    world.runFor(20 * MILLI);
    urgent.add(MILLI, RATE, free);
    world.runFor(20 * MILLI);
    for (int i = 0; i < 50; i++) {
      small.write(100);
      world.runFor(3 * MILLI);
    }
    assertEquals(5_000, free.sentBytes());
    assertTrue(busy.outstandingBytes() > 100_000);
  }

  /** Goal: what was on its way over a path goes over the other one at once, whichever end notices first. */
  @Test
  void whatALostPathCarriedArrivesWithinARoundTrip() {
    for (boolean openerNotices : new boolean[] {true, false}) {
      for (int lost = 0; lost < 2; lost++) {
        startWithTwo(1, 1);
        alice.write(16 << 20);
        world.runFor(5 * MILLI);
        SimPath path = bond.paths.get(lost);
        path.kill();
        world.runFor(3 * MILLI);
        long stuck = bob.read;
        (openerNotices ? path.opener : path.acceptor).notice();
        world.runFor(4 * MILLI);
        assertTrue(bob.read > stuck, "nothing within a round trip");
        world.runFor(60 * MILLI);
        assertEquals(16 << 20, bob.read);
        assertEquals(1, bond.opener.paths());
        assertEquals(1, bond.acceptor.paths());
        assertTrue(bond.counters.snapshot().segmentsSentAgain() > 0);
      }
    }
  }

  @Test
  void aPathThatDiesUnnoticedIsGotAround() {
    startWithTwo(RATE, RATE);
    alice.write(50 << 20);
    world.runFor(100 * MILLI);
    bond.paths.get(0).kill();
    world.runFor(SECOND);
    assertEquals(50 << 20, bob.read);
    assertEquals(2, bond.opener.paths());
  }

  @Test
  void aReaderWhoStandsStillStopsTheWriterAtTheWindow() {
    startWithTwo(RATE, RATE);
    bob.slow = true;
    alice.write(50 << 20);
    world.runFor(5 * SECOND);
    assertEquals(BondLimits.INITIAL_WINDOW_BYTES, bob.read);
    assertTrue(alice.wrote <= BondLimits.INITIAL_WINDOW_BYTES + Outgoing.HIGH_WATER_BYTES + 65_536);
    bob.consumeAll();
    world.runFor(5 * SECOND);
    assertEquals(50 << 20, bob.read);
    assertEquals(0, bond.acceptor.incoming().heldBytes());
  }

  @Test
  void smallSegmentsStopAtTheirNumber() {
    startWithTwo(RATE, RATE);
    alice.write(200_000);
    world.runFor(100 * MILLI);
    bond.paths.get(0).kill();
    bond.paths.get(1).kill();
    for (int i = 0; i < 10_000; i++) alice.write(1);
    assertEquals(BondLimits.MAX_SEGMENTS, bond.opener.outgoing().windowSegments());
    for (SimPath path : List.copyOf(bond.paths)) path.opener.notice();
    assertEquals("cut", alice.closed);
    assertTrue(bond.opener.isOver());
  }

  @Test
  void bothDirectionsEndInOrder() {
    startWithTwo(RATE, RATE);
    alice.endsToo = true;
    alice.write(1 << 20);
    world.runFor(SECOND);
    assertTrue(bob.ended);
    assertFalse(bond.opener.isOver());
    bob.endsToo = true;
    bob.write(1000);
    world.runFor(SECOND);
    assertTrue(alice.ended);
    assertEquals(1000, alice.read);
    assertTrue(bond.opener.isOver() && bond.acceptor.isOver());
  }

  /**
   * Goal: every byte once and in order, no standstill, bounds kept. Method: both ends write at random while paths of
   * random delay and rate join, change, and die: noticed by one end, by both, or by nobody for a while; readers stop
   * and go on. At least one path lives.
   */
  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void whateverHappensToThePaths(@ForAll long seed) {
    start(seed);
    RandomGenerator dice = SeededRandom.of(seed);
    alice.maxWrite = 1 << dice.nextInt(0, 19);
    bob.maxWrite = 1 << dice.nextInt(0, 19);
    ArrayDeque<SimPath> alive = new ArrayDeque<>();
    alive.add(bond.add(delay(dice), rate(dice)));
    for (int i = 0; i < 60; i++) {
      step(dice, alive);
      world.runFor(dice.nextLong(30 * MILLI));
      checkBounds();
    }
    alice.consumeAll();
    bob.consumeAll();
    alice.endsToo = true;
    bob.endsToo = true;
    alice.go();
    bob.go();
    for (int i = 0; i < 600 && alice.closed.isEmpty() | bob.closed.isEmpty(); i++)
      world.runFor(100 * MILLI);
    assertEquals(List.of(), bond.violations);
    assertFalse(alice.closed.isEmpty() || bob.closed.isEmpty(), "not done");
    assertEquals(alice.wrote, bob.read);
    assertEquals(bob.wrote, alice.read);
    assertEquals(0, alice.toWrite + bob.toWrite);
    assertTrue(alice.ended && bob.ended);
  }

  private void step(RandomGenerator dice, ArrayDeque<SimPath> alive) {
    switch (dice.nextInt(8)) {
      case 0, 1 -> {
        int before = bond.paths.size();
        SimPath made = bond.add(delay(dice), rate(dice));
        if (bond.paths.size() > before) alive.add(made);
      }
      case 2 -> {
        // The last one that joined may not be welcomed yet.
        if (alive.size() < 3) return;
        SimPath path = dice.nextBoolean() ? alive.pollFirst() : alive.pollLast();
        path.kill();
        if (dice.nextBoolean()) world.after(dice.nextLong(300 * MILLI), path.opener::notice);
        if (dice.nextBoolean()) world.after(dice.nextLong(300 * MILLI), path.acceptor::notice);
        world.after(2 * SECOND, path.opener::notice);
        world.after(2 * SECOND, path.acceptor::notice);
      }
      case 3 -> alive.peekFirst().change(delay(dice), rate(dice));
      case 4 -> alice.slow = true;
      case 5 -> bob.slow = true;
      case 6 -> {
        alice.consumeAll();
        bob.consumeAll();
      }
      default -> {
        alice.write(dice.nextLong(2 + alice.maxWrite * 100L));
        bob.write(dice.nextLong(2 + bob.maxWrite * 20L));
      }
    }
  }

  private static long delay(RandomGenerator dice) {
    return 50 * MICRO + dice.nextLong(dice.nextBoolean() ? MILLI : 50 * MILLI);
  }

  private static double rate(RandomGenerator dice) {
    return dice.nextDouble() * (dice.nextBoolean() ? 10 : 100);
  }

  private void checkBounds() {
    for (Bond each : List.of(bond.opener, bond.acceptor)) {
      assertTrue(each.incoming().heldBytes() <= BondLimits.MAX_WINDOW_BYTES);
      assertTrue(each.incoming().heldSegments() <= BondLimits.MAX_SEGMENTS);
      assertTrue(each.outgoing().windowBytes() <= BondLimits.MAX_WINDOW_BYTES);
      assertTrue(each.outgoing().windowSegments() <= BondLimits.MAX_SEGMENTS);
    }
  }
}
