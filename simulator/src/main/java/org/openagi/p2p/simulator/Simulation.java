package org.openagi.p2p.simulator;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.overlay.node.OverlayConfig;
import org.openagi.p2p.simulator.check.Findings;
import org.openagi.p2p.simulator.check.LiarChecks;
import org.openagi.p2p.simulator.check.OverlayChecks;
import org.openagi.p2p.simulator.check.ParcelProbe;
import org.openagi.p2p.simulator.check.Promise;
import org.openagi.p2p.simulator.check.Traffic;
import org.openagi.p2p.simulator.fault.FaultKind;
import org.openagi.p2p.simulator.fault.FaultPlan;
import org.openagi.p2p.simulator.net.Fabric;
import org.openagi.p2p.simulator.net.Machine;
import org.openagi.p2p.simulator.node.NodeGround;
import org.openagi.p2p.simulator.node.Offence;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.simulator.node.Trace;
import org.openagi.p2p.testkit.VirtualWorld;

/** A network with traffic and faults, and checkers that look whether all promises are kept. One thread. */
public final class Simulation {
  private static final long SECOND = 1_000_000_000L;
  private static final long START_WITHIN_NANOS = 5 * SECOND;
  private static final long CALM_NANOS = 10 * SECOND;
  /** For so long ways may be wrong because of a measure that is news. */
  private static final long WAYS_WITHIN_NANOS = 2_000_000_000L;

  private static final long SETTLE_NANOS = 100 * SECOND;
  private static final long LOOK_EVERY_NANOS = 5 * SECOND;
  private static final long LAST_NEWS_NANOS = 80 * SECOND;
  private static final long NEWS_NANOS = 7 * SECOND;
  private static final long PARCEL_NANOS = SECOND / 5;
  private static final int STORAGE_EVERY = 10;
  private static final int BYZANTINE_EVERY = 25;
  private static final int BARRED_EVERY = 8;
  private static final double NANOS_PER_SECOND = 1e9;

  /** What may not keep any message between nodes that keep the rules. */
  private static final Set<FaultKind> HARMLESS = EnumSet.of(FaultKind.BYZANTINE, FaultKind.BARRED);

  private final SimulationConfig config;
  private final VirtualWorld world;
  private final Findings findings;
  private final NodeGround ground;
  private final Traffic traffic;
  private final FaultPlan faults;
  private final OverlayChecks overlayChecks;
  private final LiarChecks liars;
  private final ParcelProbe parcels;

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
    this.overlayChecks = new OverlayChecks(ground, findings);
    this.liars = new LiarChecks(ground, findings);
    this.parcels = new ParcelProbe(ground);
    ground.setOverlays(node -> OverlayConfig.of(node.nodeId(), node.type(), config.heartbeat()));
    ground.setWatch(overlayChecks.and(liars));
    chooseTypes();
    if (config.faults().contains(FaultKind.BARRED)) barSome();
    ground.onViolation(this::onViolation);
    ground.onDamaged((node, what) -> findings.add(
        Promise.NO_SILENT_LOSS,
        "the journal of " + node + " can't be opened: " + what,
        node.index()));
  }

  private void chooseTypes() {
    for (SimulatedNode node : ground.nodes()) {
      if (node.index() % STORAGE_EVERY == STORAGE_EVERY - 1) node.setType(NodeType.STORAGE);
      boolean evil = config.faults().contains(FaultKind.BYZANTINE)
          && node.index() % BYZANTINE_EVERY == Math.min(BYZANTINE_EVERY, config.nodes()) - 1;
      node.setOffences(evil ? offences(node) : Set.of());
    }
  }

  /** Each liar breaks rules in one way, and replays; one in seven breaks all of them. */
  private Set<Offence> offences(SimulatedNode liar) {
    Offence[] all = Offence.values();
    int which =
        (int) Math.floorMod(config.seed() + liar.index() / BYZANTINE_EVERY, all.length + 1L);
    return which == all.length
        ? EnumSet.allOf(Offence.class)
        : EnumSet.of(all[which], Offence.REPLAY);
  }

  private void barSome() {
    var dice = world.randomOf("walls");
    for (int one = 0; one < config.nodes(); one++) {
      for (int other = 0; other < one; other++) {
        if (dice.nextInt(BARRED_EVERY) == 0) ground.fabric().bar(one, other);
      }
    }
  }

  private void onViolation(SimulatedNode finder, PeerId culprit, ProtocolViolationException cause) {
    boolean evil = ground.find(culprit).map(SimulatedNode::isByzantine).orElse(false);
    if (evil || finder.isByzantine()) return;
    findings.add(
        Promise.CORRECT,
        finder + " found that a rule was broken: " + cause.getMessage(),
        finder.index());
  }

  /** Runs it to its end. */
  public Report run() {
    long started = System.nanoTime();
    try (ground) {
      play();
      awaitWays();
      traffic.checkEnds();
      overlayChecks.checkEnd();
      liars.checkEnd();
      if (HARMLESS.containsAll(config.faults())) traffic.checkPunctual();
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
    world.at(end + LAST_NEWS_NANOS, overlayChecks::startFinalBroadcast);
    repeat(NEWS_NANOS, end, overlayChecks::broadcast);
    repeat(PARCEL_NANOS * 100 / config.nodes(), end, parcels::send);
    world.runUntil(end + SETTLE_NANOS);
  }

  /**
   * Links are measured until the very end. Until an advert of another measure has reached everybody, and everybody has sought
   * ways again, two neighbours may each hold the other to be nearer.
   */
  private void awaitWays() {
    long until = world.elapsedNanos() + WAYS_WITHIN_NANOS;
    while (!overlayChecks.waysLead() && world.elapsedNanos() < until) {
      world.runUntil(world.elapsedNanos() + WAYS_WITHIN_NANOS / 8);
    }
  }

  private void repeat(long pauseNanos, long end, Runnable action) {
    world.after(pauseNanos, () -> {
      if (world.elapsedNanos() >= end) return;
      action.run();
      repeat(pauseNanos, end, action);
    });
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
    overlayChecks.look();
    liars.look();
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
        overlayChecks.carried(),
        bytes,
        findings.kept(),
        findings.count());
  }
}
