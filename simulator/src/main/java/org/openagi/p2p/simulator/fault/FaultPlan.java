package org.openagi.p2p.simulator.fault;

import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.openagi.p2p.messaging.journal.SimDisk;
import org.openagi.p2p.simulator.net.Fabric;
import org.openagi.p2p.simulator.net.Weather;
import org.openagi.p2p.simulator.node.NodeGround;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.testkit.VirtualWorld;

/** Lets things go wrong for a while, as a seed decides, and puts everything right in the end. */
public final class FaultPlan {
  private static final long SECOND = 1_000_000_000L;
  private static final int MAX_DRIFT_PPM = 200;
  private static final long MAX_OFFSET_MILLIS = 10_000;
  private static final int NODES_PER_CRASH_RATE = 20;

  private final NodeGround ground;
  private final VirtualWorld world;
  private final Fabric fabric;
  private final RandomGenerator random;
  private final Set<FaultKind> kinds;
  private final BitSet restarting = new BitSet();
  private long endNanos;
  private double latencyFactor = 1;
  private double jitter = Weather.FAIR.jitter();
  private double loss = Weather.FAIR.loss();
  private int count;

  /** A plan that has not begun. */
  public FaultPlan(NodeGround ground, Set<FaultKind> kinds) {
    this.ground = ground;
    this.world = ground.world();
    this.fabric = ground.fabric();
    this.random = world.randomOf("faults");
    this.kinds = kinds.isEmpty() ? EnumSet.noneOf(FaultKind.class) : EnumSet.copyOf(kinds);
    ground.onDown(this::repair);
  }

  /** Begins now; no fault lasts beyond the end, a time since the beginning of the world. */
  public void start(long end) {
    endNanos = end;
    if (kinds.contains(FaultKind.SKEW)) skewClocks();
    double crowd = Math.max(1, ground.nodes().size() / (double) NODES_PER_CRASH_RATE);
    repeat(FaultKind.LATENCY, 60, this::slowNetwork);
    repeat(FaultKind.LOSS, 60, this::lossyNetwork);
    repeat(FaultKind.PARTITION, 80, this::partition);
    repeat(FaultKind.ONEWAY, 30 / crowd, this::oneWay);
    repeat(FaultKind.SLOW, 30 / crowd, this::pause);
    repeat(FaultKind.CRASH, 40 / crowd, this::crash);
    repeat(FaultKind.POWER, 60 / crowd, this::powerLoss);
    repeat(FaultKind.DISK, 90 / crowd, this::failDisk);
  }

  /** How many faults there were. */
  public int count() {
    return count;
  }

  private void repeat(FaultKind kind, double meanSeconds, Runnable fault) {
    if (!kinds.contains(kind)) return;
    long pause = (long) (-StrictMath.log(1 - random.nextDouble()) * meanSeconds * SECOND);
    if (world.elapsedNanos() + pause >= endNanos) return;
    world.after(pause, () -> {
      count++;
      fault.run();
      repeat(kind, meanSeconds, fault);
    });
  }

  private long lasting(double minSeconds, double maxSeconds) {
    double seconds = minSeconds + (maxSeconds - minSeconds) * random.nextDouble();
    return Math.min((long) (seconds * SECOND), endNanos - world.elapsedNanos());
  }

  private SimulatedNode anyNode() {
    List<SimulatedNode> nodes = ground.nodes();
    return nodes.get(random.nextInt(nodes.size()));
  }

  private void skewClocks() {
    for (SimulatedNode node : ground.nodes()) {
      node.machine().clock().setDrift(random.nextInt(2 * MAX_DRIFT_PPM + 1) - MAX_DRIFT_PPM);
      node.machine()
          .clock()
          .setOffsetMillis(random.nextLong(2 * MAX_OFFSET_MILLIS + 1) - MAX_OFFSET_MILLIS);
    }
  }

  private void slowNetwork() {
    latencyFactor = 2 + 8 * random.nextDouble();
    jitter = 0.1 + random.nextDouble();
    ground.trace().add(-1, "latency times", -1, (long) latencyFactor);
    changeWeather();
    world.after(lasting(5, 30), () -> {
      latencyFactor = 1;
      jitter = Weather.FAIR.jitter();
      changeWeather();
    });
  }

  private void lossyNetwork() {
    loss = 0.02 + 0.13 * random.nextDouble();
    ground.trace().add(-1, "loss in permille", -1, (long) (1000 * loss));
    changeWeather();
    world.after(lasting(5, 30), () -> {
      loss = Weather.FAIR.loss();
      changeWeather();
    });
  }

  private void changeWeather() {
    fabric.setWeather(new Weather(latencyFactor, jitter, loss));
  }

  private void partition() {
    BitSet side = new BitSet();
    double part = 0.1 + 0.4 * random.nextDouble();
    for (SimulatedNode node : ground.nodes()) side.set(node.index(), random.nextDouble() < part);
    ground.trace().add(-1, "parts from the others " + side.cardinality() + " nodes");
    Fabric.Partition partition = fabric.part(side);
    world.after(lasting(3, 45), () -> {
      ground.trace().add(-1, "heals the partition");
      fabric.heal(partition);
    });
  }

  private void oneWay() {
    SimulatedNode from = anyNode();
    SimulatedNode to = anyNode();
    ground.trace().add(from.index(), "can't be heard any more by", to.index(), count);
    fabric.cut(from.index(), to.index());
    world.after(lasting(3, 40), () -> {
      ground.trace().add(from.index(), "can be heard again by", to.index(), count);
      fabric.mend(from.index(), to.index());
    });
  }

  private void pause() {
    SimulatedNode node = anyNode();
    long until = world.elapsedNanos() + lasting(0.1, 8);
    ground.trace().add(node.index(), "does nothing for a while");
    node.machine().pauseUntil(until);
  }

  private void crash() {
    SimulatedNode node = anyNode();
    if (!node.isRunning()) return;
    node.kill();
    startLater(node);
  }

  private void powerLoss() {
    SimulatedNode node = anyNode();
    if (!node.isRunning()) return;
    node.losePower();
    startLater(node);
  }

  private void failDisk() {
    SimulatedNode node = anyNode();
    if (!node.isRunning()) return;
    SimDisk.Fault[] faults = {
      SimDisk.Fault.CRASH, SimDisk.Fault.IO_ERROR, SimDisk.Fault.IO_ERROR_ONCE
    };
    SimDisk.Fault fault = faults[random.nextInt(faults.length)];
    ground.trace().add(node.index(), "has a disk that will do " + fault);
    node.failDisk(random.nextInt(40), fault);
    // One that does not happen is taken back, since nothing is to go wrong after the end.
    world.at(endNanos, () -> node.failDisk(Long.MAX_VALUE, SimDisk.Fault.NONE));
  }

  /** A node can't go on: somebody comes, switches the machine off and on again. */
  private void repair(SimulatedNode node) {
    if (node.isRunning()) node.losePower();
    startLater(node);
  }

  private void startLater(SimulatedNode node) {
    if (restarting.get(node.index())) return;
    restarting.set(node.index());
    long pause = (long) ((0.5 + 20 * random.nextDouble() * random.nextDouble()) * SECOND);
    world.after(pause, () -> {
      restarting.clear(node.index());
      node.start();
    });
  }
}
