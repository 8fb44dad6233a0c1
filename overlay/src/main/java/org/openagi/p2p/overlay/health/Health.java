package org.openagi.p2p.overlay.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.TableSize;
import org.openagi.p2p.overlay.health.HealthFrame.Doubted;
import org.openagi.p2p.overlay.health.HealthFrame.Finding;
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
  /** Heard within this time, a peer is vouched for without being probed. */
  private static final long JUST_HEARD_NANOS = 250_000_000L;

  /** What others heard counts so long after they may have been asked again: an answer may take as long as it likes to. */
  private static final long HEARSAY_NANOS = 3_000_000_000L;

  /** While an answer is waited for, calls come at least so often: only then a pause of this machine can be told. */
  private static final long TICK_NANOS = 500_000_000L;

  /** From the first probe of a new link to the second one, which is to measure it again; then twice as long each time. */
  private static final long FIRST_PAUSE_NANOS = 500_000_000L;

  private static final long RETRY_NANOS = 100_000_000L;
  private static final long SLOW_NANOS = 500_000_000L;
  private static final long SLOW_REPORT_NANOS = 10_000_000_000L;

  /** If so many others, or all, are silent, nobody else needs to be probed to know that it is us. */
  private static final int CONTROL_GROUP = 16;

  private static final int QUESTIONS_MAX = 1024;
  private static final int DIALING_MAX = 256;

  /** Missed probes after which a link counts as silent when it is asked whether all are. */
  private static final int SILENT_AFTER = 2;

  private record Asked(PeerId about, PeerId helper) {}

  private record Gone(LinkHealth last, long atNanos, boolean died) {}

  /** Forgets the oldest beyond a bound. */
  private static final class Recent<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private final int max;

    Recent(int max) {
      this.max = max;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > max;
    }
  }

  private final HealthConfig config;
  private final PeerId self;
  private final HealthPort port;
  private final RandomGenerator random;
  private final Supplier<Suspicion> suspicions;
  private final PatientClock clock;
  private final LocalHealth local = new LocalHealth();
  private final Measures measures = new Measures();
  private final Errands errands = new Errands();
  private final PartitionWatch partition;
  private final Map<PeerId, Watch> links = new LinkedHashMap<>();
  private final Map<PeerId, Gone> gone;
  private final Map<PeerId, Long> dialing = new Recent<>(DIALING_MAX);
  private final Map<Long, Asked> questions = new Recent<>(QUESTIONS_MAX);
  private final Map<Count, Long> counts = new EnumMap<>(Count.class);
  private @Nullable TokenBucket probes;
  private long nextId;
  private long earliestNanos = NEVER;
  private long realNanos;
  private boolean ownDown;
  private long ownDownNanos;
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
    this.random = random;
    this.suspicions = suspicions;
    this.clock =
        new PatientClock(config.answerMin().toNanos() / 2, config.answerMin().toNanos());
    this.partition = new PartitionWatch(
        config.deadMax().toNanos() + config.answerMax().toNanos(), config.maxGone());
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
    if (links.size() >= config.maxLinks() && !links.containsKey(peer)) {
      count(Count.UNWATCHED);
      return;
    }
    Watch watch = new Watch(peer, suspicions.get(), interval(), now);
    links.put(peer, watch);
    Gone before = gone.remove(peer);
    partition.onBack(peer);
    endOwnDown(now);
    HealthState from = before == null ? HealthState.CONNECTING : before.last.state();
    port.onEvent(new HealthEvent.StateChanged(peer, from, watch.state, watch.reason));
    if (before != null && before.died) {
      port.onEvent(new HealthEvent.Recovered(peer, now - before.atNanos, "it is linked again"));
    }
    probe(watch, now); // the first round trip, and the first sign of life
    schedule(watch, now);
  }

  @Override
  public void onLinkDown(PeerId peer, LinkLoss why, long nowNanos) {
    long now = enter(nowNanos);
    Watch watch = links.remove(peer);
    if (watch == null) return;
    boolean died = watch.state == HealthState.DEAD;
    if (!died) {
      setState(
          watch, HealthState.DEAD, why == LinkLoss.CLOSED ? "closed" : "the connection broke", now);
    }
    gone.put(peer, new Gone(watch.snapshot(now), now, died));
    if (why != LinkLoss.CLOSED && !ownDown) lost(watch, now);
    errands.takeAbout(peer, each -> testify(each, Finding.NOT_LINKED, 0));
  }

  @Override
  public void onFrame(PeerId from, OverlayFrame frame, long nowNanos)
      throws ProtocolViolationException {
    long now = enter(nowNanos);
    Watch watch = links.get(from);
    if (watch == null) return;
    if (!watch.inbound.tryTake(1, now)) {
      count(Count.FRAMES_REFUSED);
      throw new ProtocolViolationException(
          Scope.STREAM,
          "more than " + Watch.FRAMES_PER_SECOND + " health frames a second from "
              + from.shortString());
    }
    heard(watch, now);
    switch (frame) {
      case Probe probe -> onProbe(watch, probe);
      case ProbeAnswer answer -> onAnswer(watch, answer, now);
      case Question question -> onQuestion(watch, question, now);
      case Testimony testimony -> onTestimony(watch, testimony, now);
      case Doubted doubted -> onDoubted(doubted.by(), now);
      default ->
        throw new ProtocolViolationException(
            Scope.STREAM, "frame of type " + frame.type() + " is none of health");
    }
  }

  /** Something else arrived from a neighbour, by the overlay or past it. */
  public void onHeard(PeerId peer, long nowNanos) {
    long now = enter(nowNanos);
    Watch watch = links.get(peer);
    if (watch != null) heard(watch, now);
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
      case HEARD -> heard(watch, now);
      case SPOKE -> {
        if (watch.spokeNanos == NEVER) watch.spokeNanos = now;
        schedule(watch, now);
      }
      case QUIET -> {}
    }
    measure(watch, now);
  }

  /** A round trip to a neighbour was measured elsewhere, for example by a ping of a connection. */
  public void onRtt(PeerId peer, long rttNanos, long nowNanos) {
    long now = enter(nowNanos);
    Watch watch = links.get(peer);
    if (watch == null) return;
    watch.rtt.add(rttNanos);
    heard(watch, now);
  }

  @Override
  public long nextDeadlineNanos() {
    return clock.real(earliestNanos);
  }

  @Override
  public void onTimer(long nowNanos) {
    long now = enter(nowNanos);
    if (earliestNanos > now) return;
    for (Watch watch : List.copyOf(links.values())) {
      if (watch.dueNanos <= now && links.get(watch.peer) == watch) tick(watch, now);
    }
    errands.takeExpired(now, each -> testify(each, Finding.SILENT, 0));
    HealthEvent noticed = partition.onTimer(now, heardOf(), this::isBack);
    if (noticed != null) port.onEvent(noticed);
    earliestNanos = Math.min(errands.dueNanos(), partition.dueNanos());
    for (Watch watch : links.values()) lower(watch.dueNanos);
  }

  /** Every call begins here: time passed, and maybe we were late. */
  private long enter(long nowNanos) {
    realNanos = nowNanos;
    long now = clock.onCall(nowNanos, earliestNanos);
    long late = clock.lateNanos();
    if (late == 0) return now;
    count(Count.LATE_CALLS);
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

  private void heard(Watch watch, long now) {
    if (watch.state == HealthState.DEAD) return;
    HealthState before = watch.state;
    long suspectNanos = now - watch.stateSinceNanos;
    watch.onHeard(now);
    errands.takeAbout(watch.peer, each -> testify(each, Finding.HEARD, 0));
    endOwnDown(now);
    if (before == HealthState.AUTHENTICATED || before == HealthState.SUSPECT) {
      setState(watch, HealthState.HEALTHY, "heard of it", now);
      measure(watch, now);
    } else if (before == HealthState.DEGRADED) {
      measure(watch, now);
    }
    if (before == HealthState.SUSPECT) {
      local.onDoubt(); // we may have been too quick
      partition.onBack(watch.peer);
      count(Count.REFUTED);
      port.onEvent(new HealthEvent.Recovered(watch.peer, suspectNanos, "heard of it"));
    }
    schedule(watch, now);
  }

  /** Whether its measures are within their limits; for a neighbour that lives. */
  private void measure(Watch watch, long now) {
    boolean isDegraded = watch.state == HealthState.DEGRADED;
    if (watch.isSilent() || (!isDegraded && watch.state != HealthState.HEALTHY)) return;
    String bad = measures.beyondLimits(watch, isDegraded);
    if (bad != null && !isDegraded) setState(watch, HealthState.DEGRADED, bad, now);
    if (bad == null && isDegraded) {
      setState(watch, HealthState.HEALTHY, "all measures are within their limits", now);
    }
  }

  private void tick(Watch watch, long now) {
    watch.expireProbes(realNanos, config.answerMax().toNanos());
    if (watch.state == HealthState.DEAD) return;
    if (!watch.awaiting) {
      if (watch.isSilent() || isDueForProbe(watch, now)) probe(watch, now);
    } else if (now - watch.askedNanos >= answerNanos(watch)) {
      onMissed(watch, now);
    }
    judge(watch, now);
    schedule(watch, now);
  }

  private boolean isDueForProbe(Watch watch, long now) {
    return now - watch.heardNanos >= watch.intervalNanos
        || now >= nextMeasure(watch)
        || (watch.spokeNanos != NEVER && now - watch.spokeNanos >= trafficPatience(watch));
  }

  /** When a link that came up lately is to be measured again, or {@link #NEVER}. */
  private static long nextMeasure(Watch watch) {
    return watch.rtt.isYoung() && watch.measures < RttWindow.FIRST_SAMPLES
        ? watch.askedNanos + (FIRST_PAUSE_NANOS << watch.measures) / 2
        : NEVER;
  }

  private long trafficPatience(Watch watch) {
    return Math.max(config.trafficPatience().toNanos(), 2 * watch.rtt.lateNanos());
  }

  private long answerNanos(Watch watch) {
    return watch.suspicion.answerNanos(watch.rtt, watch.missed, local.score());
  }

  private void onMissed(Watch watch, long now) {
    count(Count.MISSED);
    watch.missed++;
    if (watch.answeredHelpers == 0 && !watch.unansweredHelpers.isEmpty()) local.onDoubt();
    if (watch.missed == 1) port.doubt(watch.peer);
    askHelpers(watch, now);
    if (!heardOthersSince(watch)) probeOthers(watch, now);
    probe(watch, now);
  }

  private void probe(Watch watch, long now) {
    TokenBucket bucket = probes;
    if (bucket == null) {
      bucket = new TokenBucket(config.probesPerSecond(), config.probesPerSecond(), now);
      probes = bucket;
    }
    if (!bucket.tryTake(1, now) || !watch.maySend(now)) {
      count(Count.PROBES_DEFERRED);
      watch.awaiting = false;
      watch.dueNanos = now + RETRY_NANOS;
      return;
    }
    long id = ++nextId;
    count(Count.PROBES);
    watch.onProbe(id, now, realNanos, clock.excusedNanos());
    port.send(watch.peer, new Probe(id, load()));
  }

  private int load() {
    return Math.clamp(port.loadPermille(), 0, HealthFrame.MAX_LOAD);
  }

  private void schedule(Watch watch, long now) {
    long due;
    if (watch.state == HealthState.DEAD) {
      due = NEVER;
    } else if (watch.awaiting) {
      due = Math.min(watch.askedNanos + answerNanos(watch), now + TICK_NANOS);
    } else if (watch.isSilent()) {
      due = now + RETRY_NANOS;
    } else {
      due = Math.min(watch.heardNanos + watch.intervalNanos, nextMeasure(watch));
      if (watch.spokeNanos != NEVER) due = Math.min(due, watch.spokeNanos + trafficPatience(watch));
      if (due <= now) due = now + RETRY_NANOS;
    }
    watch.dueNanos = due;
    lower(due);
  }

  private void lower(long due) {
    earliestNanos = Math.min(earliestNanos, due);
  }

  /** Both ends probe after about the interval; who is first spares the other its probe. */
  private long interval() {
    long nanos = config.interval().toNanos();
    return nanos - random.nextLong(nanos / 8);
  }

  private void onProbe(Watch watch, Probe probe) {
    watch.peerLoadPermille = probe.loadPermille();
    port.send(watch.peer, new ProbeAnswer(probe.id(), load()));
  }

  private void onAnswer(Watch watch, ProbeAnswer answer, long now) {
    watch.peerLoadPermille = answer.loadPermille();
    if (!watch.onAnswer(answer.id(), realNanos, clock.excusedNanos())) {
      count(Count.UNASKED);
      return;
    }
    count(Count.ANSWERS);
    local.onSuccess();
    watch.intervalNanos = interval();
    measure(watch, now);
    schedule(watch, now);
  }

  // ---- suspicion -----------------------------------------------------------------------------

  private void judge(Watch watch, long now) {
    if (watch.state == HealthState.DEAD) return;
    if (ownDown) {
      judgeInOwnTrouble(watch, now);
      return;
    }
    if (watch.missed >= WitnessSuspicion.MISSED_CONFIRMED && isUs(watch)) {
      startOwnDown(now);
      return;
    }
    Evidence evidence = evidence(watch, now);
    if (watch.state == HealthState.SUSPECT) {
      judgeSuspect(watch, evidence, now);
    } else if (watch.suspicion.suspects(evidence)) {
      suspectUnlessItIsUs(watch, evidence, now);
    } else if (evidence.heardElsewhere() && watch.missed >= WitnessSuspicion.MISSED_CONFIRMED) {
      setState(
          watch,
          HealthState.DEGRADED,
          silence(evidence) + ", but " + watch.heardElsewhereBy + " hears of it",
          now);
      if (evidence.silentNanos() > 2 * config.deadMax().toNanos()) die(watch, evidence, now);
    }
  }

  private void judgeSuspect(Watch watch, Evidence evidence, long now) {
    if (evidence.heardElsewhere()) {
      long suspectNanos = now - watch.stateSinceNanos;
      String why = watch.heardElsewhereBy + " hears of it";
      setState(watch, HealthState.DEGRADED, silence(evidence) + ", but " + why, now);
      partition.onBack(watch.peer);
      count(Count.REFUTED);
      port.onEvent(new HealthEvent.Recovered(watch.peer, suspectNanos, why));
    } else if (watch.suspicion.givesUp(evidence)) {
      die(watch, evidence, now);
    }
  }

  private void suspectUnlessItIsUs(Watch watch, Evidence evidence, long now) {
    if (links.size() > 1 && !heardOthersSince(watch)) {
      probeOthers(watch, now); // until one of them is heard of, it may well be us
      return;
    }
    String why = silence(evidence) + "; of " + evidence.helpers() + " that can be asked "
        + evidence.silentWitnesses() + " hear nothing either, none hears of it";
    setState(watch, HealthState.SUSPECT, why, now);
    count(Count.SUSPECTED);
    port.onEvent(new HealthEvent.Suspected(watch.peer, evidence.silentNanos(), why));
    lost(watch, now);
    probeOthers(watch, now); // whoever was lost with it is found at once
  }

  private void die(Watch watch, Evidence evidence, long now) {
    String why = silence(evidence)
        + (evidence.heardElsewhere()
            ? "; others hear of it, so it is the link that is dead"
            : "; suspected for " + millis(evidence.suspectNanos()) + " ms, limit "
                + config.deadMin().toMillis() + " to " + config.deadMax().toMillis() + " ms");
    setState(watch, HealthState.DEAD, why, now);
    count(Count.DIED);
    port.onEvent(
        new HealthEvent.Died(watch.peer, evidence.silentNanos(), evidence.heardElsewhere(), why));
    lost(watch, now);
    port.cut(watch.peer, why);
  }

  private void lost(Watch watch, long now) {
    partition.onLost(watch.peer, now);
    lower(partition.dueNanos());
  }

  private static String silence(Evidence evidence) {
    return evidence.missed() + " probes unanswered, nothing heard for "
        + millis(evidence.silentNanos()) + " ms";
  }

  private Evidence evidence(Watch watch, long now) {
    boolean elsewhere = watch.heardElsewhereNanos >= watch.firstAskedNanos
        && watch.heardElsewhereNanos > watch.heardNanos
        && now - watch.heardElsewhereNanos < HEARSAY_NANOS + answerNanos(watch);
    return new Evidence(
        now - watch.heardNanos,
        watch.missed,
        elsewhere,
        watch.silentWitnesses.size(),
        watch.isSilent() ? helpers(watch).size() + watch.silentWitnesses.size() : 0,
        watch.state == HealthState.SUSPECT ? now - watch.stateSinceNanos : 0);
  }

  private void setState(Watch watch, HealthState state, String reason, long now) {
    HealthState from = watch.state;
    watch.reason = reason;
    if (from == state) return;
    watch.state = state;
    watch.stateSinceNanos = now;
    port.onEvent(new HealthEvent.StateChanged(watch.peer, from, state, reason));
  }

  // ---- is it us? -----------------------------------------------------------------------------

  /** Nobody else was heard of since either, and others were probed and did not answer. */
  private boolean isUs(Watch watch) {
    return links.size() > 1 && !heardOthersSince(watch) && othersAreSilent(watch);
  }

  private boolean heardOthersSince(Watch watch) {
    for (Watch each : links.values()) {
      if (each != watch && each.heardNanos > watch.firstAskedNanos) return true;
    }
    return false;
  }

  private boolean othersAreSilent(Watch watch) {
    int silent = 0;
    for (Watch each : links.values()) {
      if (each != watch && each.missed >= SILENT_AFTER) silent++;
    }
    return silent >= Math.min(CONTROL_GROUP, links.size() - 1);
  }

  /** Probes those of which nothing was heard since a neighbour fell silent. */
  private void probeOthers(Watch watch, long now) {
    int left = CONTROL_GROUP;
    for (Watch each : links.values()) {
      boolean isDue = each != watch
          && !each.awaiting
          && each.state != HealthState.DEAD
          && each.heardNanos <= watch.firstAskedNanos;
      if (!isDue || left-- <= 0) continue;
      probe(each, now);
      if (each.awaiting) schedule(each, now);
    }
  }

  private void startOwnDown(long now) {
    ownDown = true;
    ownDownNanos = now;
    port.onEvent(new HealthEvent.OwnNetworkDown(links.size()));
    for (Watch each : links.values()) {
      partition.onBack(each.peer);
      judge(each, now);
    }
  }

  private void judgeInOwnTrouble(Watch watch, long now) {
    if (!watch.isSilent()) return;
    long downNanos = now - ownDownNanos;
    if (downNanos <= config.deadMax().toNanos()) {
      setState(watch, HealthState.DEGRADED, "no neighbour is heard of: our own network", now);
      return;
    }
    String why = "no neighbour was heard of for " + millis(downNanos) + " ms: our own network";
    setState(watch, HealthState.DEAD, why, now);
    port.cut(watch.peer, why);
  }

  private void endOwnDown(long now) {
    if (!ownDown) return;
    ownDown = false;
    port.onEvent(new HealthEvent.OwnNetworkBack(now - ownDownNanos));
    for (Watch each : links.values()) {
      if (each.state == HealthState.DEAD || !each.isSilent()) continue;
      each.startAnew();
      each.heardNanos = now - each.intervalNanos; // due at once, with all its chances
      schedule(each, now);
    }
  }

  private int heardOf() {
    int n = 0;
    for (Watch each : links.values()) if (!each.state.toAvoid()) n++;
    return n;
  }

  private boolean isBack(PeerId peer) {
    Watch watch = links.get(peer);
    return watch == null ? port.reachable(peer) : !watch.state.toAvoid() && !watch.isSilent();
  }

  // ---- witnesses -----------------------------------------------------------------------------

  /** Who can be asked about a peer: who is linked to it, if that is known, then anybody; best first. */
  private List<Watch> helpers(Watch about) {
    List<Watch> others = new ArrayList<>();
    for (PeerId each : port.linkedTo(about.peer)) {
      Watch watch = links.get(each);
      if (watch != null && isHelper(watch, about)) others.add(watch);
    }
    if (!others.isEmpty()) return others;
    for (Watch each : links.values()) if (isHelper(each, about)) others.add(each);
    return others;
  }

  private static boolean isHelper(Watch helper, Watch about) {
    return helper != about
        && helper.missed < SILENT_AFTER
        && !helper.state.toAvoid()
        && !about.strangers.contains(helper.peer)
        && !about.silentWitnesses.contains(helper.peer);
  }

  private void askHelpers(Watch about, long now) {
    about.unansweredHelpers.clear();
    about.answeredHelpers = 0;
    List<Watch> candidates = helpers(about);
    int wanted = Math.min(config.helpers(), candidates.size());
    for (int i = 0; i < wanted; i++) {
      int pick = i + random.nextInt(candidates.size() - i);
      Watch helper = candidates.set(pick, candidates.get(i));
      ask(helper, about, now);
    }
  }

  private void ask(Watch helper, Watch about, long now) {
    TokenBucket bucket = probes;
    if (bucket == null || !bucket.tryTake(1, now) || !helper.maySend(now)) {
      count(Count.PROBES_DEFERRED);
      return;
    }
    long id = ++nextId;
    questions.put(id, new Asked(about.peer, helper.peer));
    about.unansweredHelpers.add(helper.peer);
    count(Count.QUESTIONS);
    port.send(helper.peer, new Question(id, about.peer));
  }

  private void onTestimony(Watch from, Testimony testimony, long now) {
    Asked asked = questions.get(testimony.id());
    if (asked == null || !asked.helper.equals(from.peer)) {
      count(Count.UNASKED);
      return;
    }
    questions.remove(testimony.id());
    count(Count.TESTIMONIES);
    Watch about = links.get(asked.about);
    if (about == null || !about.isSilent()) return;
    if (about.unansweredHelpers.remove(from.peer)) about.answeredHelpers++;
    switch (testimony.finding()) {
      case NOT_LINKED -> about.strangers.add(from.peer);
      case SILENT -> about.silentWitnesses.add(from.peer);
      case HEARD -> {
        about.silentWitnesses.remove(from.peer);
        long heardNanos = now - Math.multiplyExact(testimony.ageMillis(), 1_000_000L);
        if (heardNanos > about.heardElsewhereNanos) {
          about.heardElsewhereNanos = heardNanos;
          about.heardElsewhereBy = from.peer.shortString();
        }
      }
    }
    judge(about, now);
    schedule(about, now);
  }

  private void onQuestion(Watch from, Question question, long now) {
    Watch about = links.get(question.about());
    if (about == null || about.state == HealthState.DEAD || about == from) {
      answer(from.peer, question.id(), Finding.NOT_LINKED, 0);
    } else if (now - about.heardNanos <= JUST_HEARD_NANOS) {
      answer(from.peer, question.id(), Finding.HEARD, millis(now - about.heardNanos));
    } else if (about.state == HealthState.SUSPECT) {
      answer(from.peer, question.id(), Finding.SILENT, 0);
    } else {
      runErrand(from, question.id(), about, now);
    }
  }

  /** Probes a peer for somebody else, and lets it know who hears nothing of it. */
  private void runErrand(Watch from, long id, Watch about, long now) {
    long until = now + 2 * Math.min(answerNanos(about), TICK_NANOS);
    if (!errands.add(new Errands.Errand(from.peer, id, about.peer, until))) {
      count(Count.ERRANDS_DROPPED);
      return;
    }
    lower(until);
    if (!about.awaiting) probe(about, now);
    if (about.maySend(now)) port.send(about.peer, new Doubted(from.peer));
    schedule(about, now);
  }

  private void testify(Errands.Errand errand, Finding finding, long ageMillis) {
    answer(errand.asker(), errand.id(), finding, ageMillis);
  }

  private void answer(PeerId asker, long id, Finding finding, long ageMillis) {
    count(Count.ERRANDS);
    port.send(asker, new Testimony(id, finding, ageMillis));
  }

  /** Somebody hears nothing of us: speak to it, if we are linked. */
  private void onDoubted(PeerId by, long now) {
    Watch watch = links.get(by);
    if (watch == null || watch.awaiting || watch.state == HealthState.DEAD) return;
    if (now - watch.askedNanos < TICK_NANOS) return;
    probe(watch, now);
    schedule(watch, now);
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
    return links.values().stream()
        .map(each -> each.snapshot(clock.latestNanos()))
        .toList();
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
        counts, local.score(), clock.excusedNanos(), ownDown, partition.parted());
  }

  @Override
  public List<TableSize> tables() {
    return List.of(
        new TableSize("watched links", links.size(), config.maxLinks()),
        new TableSize("lost peers of health", gone.size(), config.maxGone()),
        new TableSize("dials of health", dialing.size(), DIALING_MAX),
        new TableSize("questions", questions.size(), QUESTIONS_MAX),
        new TableSize("errands", errands.size(), Errands.MAX));
  }

  /** This node. */
  public PeerId self() {
    return self;
  }

  private void count(Count what) {
    counts.merge(what, 1L, Long::sum);
  }

  private static long millis(long nanos) {
    return Math.max(0, nanos / 1_000_000);
  }
}
