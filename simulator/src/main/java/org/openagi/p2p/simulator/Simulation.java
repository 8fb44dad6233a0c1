package org.openagi.p2p.simulator;

import java.time.Duration;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.simulator.check.Findings;
import org.openagi.p2p.simulator.check.Promise;
import org.openagi.p2p.simulator.check.Traffic;
import org.openagi.p2p.simulator.fault.FaultPlan;
import org.openagi.p2p.simulator.net.Fabric;
import org.openagi.p2p.simulator.net.Machine;
import org.openagi.p2p.simulator.node.NodeGround;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.simulator.node.Trace;
import org.openagi.p2p.testkit.VirtualWorld;

/** A network with traffic and faults, and checkers that look whether all promises are kept. One thread. */
public final class Simulation {
  private static final long SECOND = 1_000_000_000L;
  private static final long START_WITHIN_NANOS = 5 * SECOND;
  private static final long CALM_NANOS = 10 * SECOND;
  private static final long SETTLE_NANOS = 100 * SECOND;
  private static final long LOOK_EVERY_NANOS = 5 * SECOND;
  private static final double NANOS_PER_SECOND = 1e9;

  private final SimulationConfig config;
  private final VirtualWorld world;
  private final Findings findings;
  private final NodeGround ground;
  private final Traffic traffic;
  private final FaultPlan faults;

  /** A simulation that has not begun. */
  public Simulation(SimulationConfig config) {
    this.config = config;
    this.world = new VirtualWorld(config.seed());
    Trace trace = new Trace(world, config.live());
    this.findings = new Findings(world, trace);
    Fabric fabric = new Fabric(world, config.bytesPerSecond());
    this.ground = new NodeGround(world, fabric, trace, config.ports(), config.messages());
    for (int i = 0; i < config.nodes(); i++) ground.addNode();
    Duration lifetime = config.messages().send().lifetime();
    this.traffic = new Traffic(ground, findings, config.meanPause(), lifetime);
    this.faults = new FaultPlan(ground, config.faults());
    ground.onViolation((finder, culprit, cause) -> findings.add(
        Promise.CORRECT,
        finder + " found that a rule was broken: " + cause.getMessage(),
        finder.index()));
  }

  /** Runs it to its end. */
  public Report run() {
    long started = System.nanoTime();
    try (ground) {
      play();
      traffic.checkEnds();
      return report((System.nanoTime() - started) / 1_000_000);
    }
  }

  private void play() {
    var dice = world.randomOf("start");
    for (SimulatedNode node : ground.nodes()) {
      world.after(dice.nextLong(START_WITHIN_NANOS), node::start);
    }
    world.runUntil(CALM_NANOS);
    long end = CALM_NANOS + config.length().toNanos();
    traffic.start(end);
    faults.start(end);
    look(end + SETTLE_NANOS);
    world.runUntil(end + SETTLE_NANOS);
  }

  /** Looks at sizes from time to time. */
  private void look(long until) {
    for (SimulatedNode node : ground.nodes()) {
      if (node.journalBytes() > config.messages().quotaBytes()) {
        findings.add(
            Promise.BOUNDED,
            "the journal of " + node + " has " + node.journalBytes() + " bytes, allowed are "
                + config.messages().quotaBytes(),
            node.index());
      }
    }
    if (world.elapsedNanos() < until) world.after(LOOK_EVERY_NANOS, () -> look(until));
  }

  private Report report(long wallMillis) {
    long bytes = 0;
    for (Machine machine : ground.fabric().machines()) bytes += machine.sentBytes();
    return new Report(
        world.traceHash(),
        world.happened(),
        world.elapsedNanos() / NANOS_PER_SECOND,
        wallMillis,
        faults.count(),
        traffic.submitted(),
        traffic.handled(),
        traffic.ended(Outcome.Acknowledged.class),
        traffic.ended(Outcome.Expired.class),
        traffic.ended(Outcome.Refused.class),
        bytes,
        findings.kept(),
        findings.count());
  }
}
