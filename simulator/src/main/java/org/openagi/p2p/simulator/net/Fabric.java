package org.openagi.p2p.simulator.net;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.testkit.VirtualWorld;

/**
 * The network between machines. Delays are by distance and by chance; every machine sends through one line of limited
 * bandwidth, in which segments queue.
 *
 * <p>What TCP does is modelled by its effects: bytes of a connection arrive in order and once; a lost segment is late by the
 * time of its retransmission, and delays those behind it; what meets a cut is sent again after pauses that double, until it
 * gets through, somebody gives up, or {@link #GIVE_UP_NANOS} passed.
 */
public final class Fabric {
  /** First pause before something is sent again. */
  static final long FIRST_RETRANSMISSION_NANOS = 200_000_000L;

  /** Longest such pause. */
  static final long LAST_RETRANSMISSION_NANOS = 30_000_000_000L;

  /** After so long without an answer the system breaks a connection. */
  static final long GIVE_UP_NANOS = 120_000_000_000L;

  /** After so long somebody who dials gives up. */
  static final long DIAL_TIMEOUT_NANOS = 10_000_000_000L;

  /** Bytes of TCP, IP and the encryption around what a segment carries. */
  static final int HEADER_BYTES = 58;

  private static final long NEAR_NANOS = 150_000;
  private static final double FAR_NANOS = 60_000_000;
  private static final int MACHINES_PER_REGION = 64;
  private static final double REGION_SIZE = 0.02;

  private final VirtualWorld world;
  private final RandomGenerator random;
  private final long bytesPerSecond;
  private final List<Machine> machines = new ArrayList<>();
  private final Set<Long> barred = new HashSet<>();
  private Weather weather = Weather.FAIR;
  private final List<Partition> partitions = new ArrayList<>();
  private final List<long[]> oneWayCuts = new ArrayList<>();
  private long nextConnection = 1;
  private long segmentsDelivered;
  private int connections;

  /** A network without machines. */
  public Fabric(VirtualWorld world, long bytesPerSecond) {
    this.world = world;
    this.random = world.randomOf("fabric");
    this.bytesPerSecond = bytesPerSecond;
  }

  VirtualWorld world() {
    return world;
  }

  /** Adds a machine, in a region of the world with others and with an address of that region. */
  public Machine addMachine() {
    int index = machines.size();
    int regions = 1 + index / MACHINES_PER_REGION;
    int region = random.nextInt(Math.max(4, regions * 2));
    double x = spread(region, 7) + REGION_SIZE * random.nextDouble();
    double y = spread(region, 13) + REGION_SIZE * random.nextDouble();
    String text = String.format(
        Locale.ROOT, "/ip4/10.%d.%d.%d/tcp/4001", region % 256, index / 250 % 256, 1 + index % 250);
    Machine made = new Machine(index, world, Multiaddr.parse(text), x, y);
    machines.add(made);
    return made;
  }

  private static double spread(int region, int factor) {
    return (((long) region * factor * 0x9E3779B9L) & 0xffffff) / (double) 0x1000000;
  }

  /** All machines, by index. */
  public List<Machine> machines() {
    return machines;
  }

  /** What it is like from now on. */
  public void setWeather(Weather value) {
    weather = value;
  }

  /** Machines that are parted from all others. */
  public static final class Partition {
    private final BitSet side;

    private Partition(BitSet side) {
      this.side = side;
    }
  }

  /** Parts these machines from all others, until {@link #heal}. */
  public Partition part(BitSet side) {
    Partition made = new Partition(side);
    partitions.add(made);
    return made;
  }

  /** Ends a partition. */
  public void heal(Partition partition) {
    partitions.remove(partition);
  }

  /** Cuts what one machine sends to another, but not what comes back, until {@link #mend}. */
  public void cut(int from, int to) {
    oneWayCuts.add(new long[] {from, to});
  }

  /** Ends a cut. */
  public void mend(int from, int to) {
    oneWayCuts.removeIf(each -> each[0] == from && each[1] == to);
  }

  /** Lets two machines never connect to each other, as if both stood behind walls; others reach both. */
  public void bar(int one, int other) {
    barred.add(pair(one, other));
  }

  /** Whether two machines never connect. */
  public boolean isBarred(int one, int other) {
    return !barred.isEmpty() && barred.contains(pair(one, other));
  }

  private static long pair(int one, int other) {
    return (long) Math.min(one, other) << 32 | Math.max(one, other);
  }

  /** Whether what one sends can't reach the other. */
  public boolean isCut(Machine from, Machine to) {
    for (int i = 0; i < partitions.size(); i++) {
      BitSet side = partitions.get(i).side;
      if (side.get(from.index()) != side.get(to.index())) return true;
    }
    for (int i = 0; i < oneWayCuts.size(); i++) {
      long[] cut = oneWayCuts.get(i);
      if (cut[0] == from.index() && cut[1] == to.index()) return true;
    }
    return false;
  }

  /** How long a lone segment takes today. */
  long delayNanos(Machine from, Machine to) {
    double dx = from.x - to.x;
    double dy = from.y - to.y;
    double far = NEAR_NANOS + FAR_NANOS * Math.sqrt(dx * dx + dy * dy);
    double chance = -StrictMath.log(1 - random.nextDouble()) * weather.jitter();
    return (long) (far * weather.latencyFactor() * (1 + chance));
  }

  /** How much later a segment is because it was lost, maybe several times. */
  long lateNanos() {
    long late = 0;
    long pause = FIRST_RETRANSMISSION_NANOS;
    while (random.nextDouble() < weather.loss() && late < GIVE_UP_NANOS) {
      late += pause;
      pause *= 2;
    }
    return late;
  }

  /** When something that is sent now has left the machine. */
  long departure(Machine from, int bytes) {
    long start = Math.max(world.elapsedNanos(), from.uplinkFreeNanos);
    from.uplinkFreeNanos = start + bytes * 1_000_000_000L / bytesPerSecond;
    return from.uplinkFreeNanos;
  }

  /**
   * Makes a connection: three round trips, as a dial with an encrypted handshake takes.
   *
   * @param result told on the dialer's machine; null if nobody answered, or the answer was no
   */
  public void dial(Machine from, Machine to, Consumer<@Nullable Connection> result) {
    Endpoint dialer = from.process();
    long roundTrip = delayNanos(from, to) + delayNanos(to, from) + lateNanos();
    world.after(3 * roundTrip, () -> onDialed(from, to, dialer, roundTrip, result));
  }

  private void onDialed(
      Machine from,
      Machine to,
      @Nullable Endpoint dialer,
      long roundTrip,
      Consumer<@Nullable Connection> result) {
    if (dialer == null || from.process() != dialer) return;
    boolean walled = isBarred(from.index(), to.index());
    if (walled || isCut(from, to) || isCut(to, from) || !to.isPowered()) {
      world.after(DIAL_TIMEOUT_NANOS - 3 * roundTrip, () -> {
        if (from.process() == dialer) result.accept(null);
      });
      return;
    }
    Endpoint target = to.process();
    if (target == null || to.isPaused()) {
      result.accept(null);
      return;
    }
    Connection made = new Connection(this, nextConnection++, from, dialer, to, target);
    from.connections.add(made);
    to.connections.add(made);
    connections++;
    target.onConnected(made, 1);
    dialer.onConnected(made, 0);
    result.accept(made);
  }

  void forget(Connection connection) {
    for (int side = 0; side < 2; side++) connection.machine(side).connections.remove(connection);
    connections--;
  }

  /**
   * The process of a machine is killed: the system resets its connections. If the machine loses power nobody is told.
   */
  public void kill(Machine machine, boolean powerToo) {
    Endpoint process = machine.process();
    machine.stop(!powerToo);
    if (process == null) return;
    for (Connection each : List.copyOf(machine.connections)) {
      for (int side = 0; side < 2; side++) {
        if (each.owner(side) == process && each.isOpen(side)) {
          if (powerToo) each.vanish(side);
          else each.reset(side, LinkLoss.BROKEN);
        }
      }
    }
  }

  void countDelivered() {
    segmentsDelivered++;
  }

  /** Segments that arrived so far. */
  public long segmentsDelivered() {
    return segmentsDelivered;
  }

  /** Connections of which at least one end is open. */
  public int connections() {
    return connections;
  }
}
