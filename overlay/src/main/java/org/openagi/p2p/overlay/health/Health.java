package org.openagi.p2p.overlay.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.TableSize;
import org.openagi.p2p.overlay.health.HealthFrame.Doubted;
import org.openagi.p2p.overlay.health.HealthFrame.Probe;
import org.openagi.p2p.overlay.health.HealthFrame.ProbeAnswer;
import org.openagi.p2p.overlay.health.HealthFrame.Question;
import org.openagi.p2p.overlay.health.HealthFrame.Testimony;
import org.openagi.p2p.overlay.health.HealthStats.Count;

/**
 * Measures the links to all neighbours and decides who of them lives.
 *
 * <p>Anything heard of a neighbour proves that it lives, so a link with traffic costs no frames. A neighbour that was
 * silent for the interval, or gave nothing back for what was sent to it, is probed; from the first probe it misses on,
 * others are asked, and it is told so that it may speak for itself. It is suspected only if several probes were missed
 * and nobody vouches for it, and given up if it does not refute that. If nobody at all is heard of, it is our network
 * and nobody is accused; time in which this machine did not let us run counts for nobody.
 *
 * <p>Confined to its owner. All frames that one neighbour can make it send, and everything it remembers, are bounded.
 *
 * @see "docs/wire/overlay-health.md"
 */
public final class Health implements OverlayMachine {
  private static final long SLOW_NANOS = 500_000_000L;
  private static final long SLOW_REPORT_NANOS = 10_000_000_000L;
  private static final int DIALING_MAX = 256;

  private record Gone(LinkHealth last, long atNanos, boolean died) {}

  private final HealthConfig config;
  private final PeerId self;
  private final HealthPort port;
  private final Supplier<Suspicion> suspicions;
  private final PatientClock clock;
  private final LocalHealth local = new LocalHealth();
  private final Tally tally = new Tally();
  private final Neighbours links = new Neighbours();
  private final Prober prober;
  private final Witnesses witnesses;
  private final Judge judge;
  private final Map<PeerId, Gone> gone;
  private final Map<PeerId, Long> dialing = new Recent<>(DIALING_MAX);
  private boolean slowReported;
  private long slowReportNanos;

  /**
   * Makes one without links.
   *
   * @param self this node
   * @param random for whom to ask and for when to probe
   */
  public Health(HealthConfig config, PeerId self, HealthPort port, RandomGenerator random) {
    this(config, self, port, random, () -> new WitnessSuspicion(config));
  }

  Health(
      HealthConfig config,
      PeerId self,
      HealthPort port,
      RandomGenerator random,
      Supplier<Suspicion> suspicions) {
    this.config = config;
    this.self = self;
    this.port = port;
    this.suspicions = suspicions;
    this.clock =
        new PatientClock(config.answerMin().toNanos() / 2, config.answerMin().toNanos());
    this.prober = new Prober(config, port, random, clock, local, tally);
    this.witnesses = new Witnesses(config, port, random, links, prober, tally);
    this.judge = new Judge(config, port, local, links, prober, witnesses, tally);
    this.gone = new Recent<>(config.maxGone());
  }

  // ---- what happens --------------------------------------------------------------------------

  /** A peer is being dialed. */
  public void onDialing(PeerId peer, long nowNanos) {
    long now = enter(nowNanos);
    dialing.put(peer, now);
  }

  /** A dial ended, with whatever result. */
  public void onDialEnded(PeerId peer) {
    dialing.remove(peer);
  }

  @Override
  public void onLinkUp(OverlayLink link, long nowNanos) {
    long now = enter(nowNanos);
    PeerId peer = link.peer();
    dialing.remove(peer);
    if (links.size() >= config.maxLinks() && !links.contains(peer)) {
      tally.add(Count.UNWATCHED);
      return;
    }
    Watch watch = new Watch(peer, suspicions.get(), prober.interval(), now);
    links.put(watch);
    Gone before = gone.remove(peer);
    judge.onLinkUp(watch, now);
    HealthState from = before == null ? HealthState.CONNECTING : before.last.state();
    port.onEvent(new HealthEvent.StateChanged(peer, from, watch.state, watch.reason));
    if (before != null && before.died) {
      port.onEvent(new HealthEvent.Recovered(peer, now - before.atNanos, "it is linked again"));
    }
    prober.probe(watch, now); // the first round trip, and the first sign of life
    prober.schedule(watch, now);
  }

  @Override
  public void onLinkDown(PeerId peer, LinkLoss why, long nowNanos) {
    long now = enter(nowNanos);
    Watch watch = links.remove(peer);
    if (watch == null) return;
    boolean died = watch.state == HealthState.DEAD;
    if (!died) {
      judge.setState(
          watch, HealthState.DEAD, why == LinkLoss.CLOSED ? "closed" : "the connection broke", now);
    }
    gone.put(peer, new Gone(watch.snapshot(now), now, died));
    if (why != LinkLoss.CLOSED) judge.onBroken(watch, now);
    witnesses.onGone(peer);
  }

  @Override
  public void onFrame(PeerId from, OverlayFrame frame, long nowNanos)
      throws ProtocolViolationException {
    long now = enter(nowNanos);
    Watch watch = links.get(from);
    if (watch == null) return;
    if (!watch.inbound.tryTake(1, now)) {
      tally.add(Count.FRAMES_REFUSED);
      throw new ProtocolViolationException(
          Scope.STREAM,
          "more than " + Watch.FRAMES_PER_SECOND + " health frames a second from "
              + from.shortString());
    }
    judge.onHeard(watch, now);
    switch (frame) {
      case Probe probe -> prober.onProbe(watch, probe);
      case ProbeAnswer answer -> onAnswer(watch, answer, now);
      case Question question -> witnesses.onQuestion(watch, question, now);
      case Testimony testimony -> onTestimony(watch, testimony, now);
      case Doubted doubted -> witnesses.onDoubted(doubted.by(), now);
      default ->
        throw new ProtocolViolationException(
            Scope.STREAM, "frame of type " + frame.type() + " is none of health");
    }
  }

  /** Something else arrived from a neighbour, by the overlay or past it. */
  public void onHeard(PeerId peer, long nowNanos) {
    long now = enter(nowNanos);
    Watch watch = links.get(peer);
    if (watch != null) judge.onHeard(watch, now);
  }

  /**
   * A sample of a neighbour's counters, all its connections together. Take one of each neighbour every 100 to 250 ms
   * while they change: what went out without anything coming back is noticed that soon.
   *
   * @param bytesIn received so far; more than last time is a sign of life
   * @param bytesOut sent so far
   * @param queuedBytes what waits to be sent
   */
  public void onTraffic(PeerId peer, long bytesIn, long bytesOut, long queuedBytes, long nowNanos) {
    long now = enter(nowNanos);
    Watch watch = links.get(peer);
    if (watch == null) return;
    switch (watch.flow.sample(bytesIn, bytesOut, queuedBytes, now)) {
      case HEARD -> judge.onHeard(watch, now);
      case SPOKE -> {
        if (watch.spokeNanos == NEVER) watch.spokeNanos = now;
        prober.schedule(watch, now);
      }
      case QUIET -> {}
    }
    judge.measure(watch, now);
  }

  /** A round trip to a neighbour was measured elsewhere, for example by a ping of a connection. */
  public void onRtt(PeerId peer, long rttNanos, long nowNanos) {
    long now = enter(nowNanos);
    Watch watch = links.get(peer);
    if (watch == null) return;
    watch.rtt.add(rttNanos);
    judge.onHeard(watch, now);
  }

  @Override
  public long nextDeadlineNanos() {
    return clock.real(prober.earliestNanos());
  }

  @Override
  public void onTimer(long nowNanos) {
    long now = enter(nowNanos);
    if (prober.earliestNanos() > now) return;
    for (Watch watch : links.snapshot()) {
      if (watch.dueNanos <= now && links.get(watch.peer) == watch) tick(watch, now);
    }
    witnesses.onTimer(now);
    judge.onTimer(now);
    prober.restart(Math.min(witnesses.dueNanos(), judge.dueNanos()));
    for (Watch watch : links.all()) prober.lower(watch.dueNanos);
  }

  /** Every call begins here: time passed, and maybe we were late. */
  private long enter(long nowNanos) {
    long now = clock.onCall(nowNanos, prober.earliestNanos());
    long late = clock.lateNanos();
    if (late == 0) return now;
    tally.add(Count.LATE_CALLS);
    local.onDoubt();
    boolean isDue = !slowReported || nowNanos - slowReportNanos >= SLOW_REPORT_NANOS;
    if (late >= SLOW_NANOS && isDue) {
      slowReported = true;
      slowReportNanos = nowNanos;
      port.onEvent(new HealthEvent.OwnMachineSlow(late));
    }
    return now;
  }

  // ---- a link --------------------------------------------------------------------------------

  private void tick(Watch watch, long now) {
    watch.expireProbes(clock.realNanos(), config.answerMax().toNanos());
    if (watch.state == HealthState.DEAD) return;
    if (prober.isOverdue(watch, now)) onMissed(watch, now);
    else if (!watch.awaiting && prober.isDue(watch, now)) prober.probe(watch, now);
    judge.judge(watch, now);
    prober.schedule(watch, now);
  }

  private void onMissed(Watch watch, long now) {
    tally.add(Count.MISSED);
    watch.missed++;
    if (watch.answeredHelpers == 0 && !watch.unansweredHelpers.isEmpty()) local.onDoubt();
    if (watch.missed == 1) port.doubt(watch.peer);
    witnesses.ask(watch, now);
    if (!links.heardOthersSince(watch)) judge.probeOthers(watch, now);
    prober.probe(watch, now);
  }

  private void onAnswer(Watch watch, ProbeAnswer answer, long now) {
    if (!prober.onAnswer(watch, answer)) return;
    judge.measure(watch, now);
    prober.schedule(watch, now);
  }

  private void onTestimony(Watch from, Testimony testimony, long now) {
    Watch about = witnesses.onTestimony(from, testimony, now);
    if (about == null) return;
    judge.judge(about, now);
    prober.schedule(about, now);
  }

  // ---- queries -------------------------------------------------------------------------------

  /** How well the link to a peer does; {@link LinkQuality#UNKNOWN} if it is no neighbour. */
  public LinkQuality quality(PeerId peer) {
    Watch watch = links.get(peer);
    return watch == null ? LinkQuality.UNKNOWN : watch.quality();
  }

  /** Smoothed round trip to a neighbour in microseconds; 0 if it was never measured. */
  public int rttMicros(PeerId peer) {
    Watch watch = links.get(peer);
    return watch == null ? 0 : watch.rttMicros();
  }

  /** What is thought of a peer; empty if nothing was heard of it for long, or ever. */
  public Optional<HealthState> state(PeerId peer) {
    Watch watch = links.get(peer);
    if (watch != null) return Optional.of(watch.state);
    if (dialing.containsKey(peer)) return Optional.of(HealthState.CONNECTING);
    return gone.containsKey(peer) ? Optional.of(HealthState.DEAD) : Optional.empty();
  }

  /** Everything known of a neighbour, or of one that was lost lately: then what was known last. */
  public Optional<LinkHealth> link(PeerId peer) {
    Watch watch = links.get(peer);
    if (watch != null) return Optional.of(watch.snapshot(clock.latestNanos()));
    return Optional.ofNullable(gone.get(peer)).map(Gone::last);
  }

  /** Everything known of all neighbours. */
  public List<LinkHealth> links() {
    return links.all().stream().map(each -> each.snapshot(clock.latestNanos())).toList();
  }

  /**
   * By when after its last sign of life it has decided about a neighbour, with time to spare. Whoever else watches
   * connections of neighbours waits at least so long, so that one decides.
   */
  public Duration patience() {
    return config.interval().plus(config.deadMax().multipliedBy(3));
  }

  /** Counters, and how it sees its own machine. */
  public HealthStats stats() {
    return new HealthStats(
        tally.counts(), local.score(), clock.excusedNanos(), judge.ownDown(), judge.parted());
  }

  @Override
  public List<TableSize> tables() {
    List<TableSize> tables = new ArrayList<>();
    tables.add(new TableSize("watched links", links.size(), config.maxLinks()));
    tables.add(new TableSize("lost peers of health", gone.size(), config.maxGone()));
    tables.add(new TableSize("dials of health", dialing.size(), DIALING_MAX));
    tables.addAll(witnesses.tables());
    return List.copyOf(tables);
  }

  /** This node. */
  public PeerId self() {
    return self;
  }
}
