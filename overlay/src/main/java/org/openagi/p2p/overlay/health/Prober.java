package org.openagi.p2p.overlay.health;

import static org.openagi.p2p.overlay.OverlayMachine.NEVER;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.overlay.health.HealthFrame.Probe;
import org.openagi.p2p.overlay.health.HealthFrame.ProbeAnswer;
import org.openagi.p2p.overlay.health.HealthStats.Count;

/**
 * Sends probes, and knows when the next one of each link is due. A link with traffic in both directions is not probed;
 * a new one is measured a few times soon after each other. Confined to its owner; times are patient ones.
 */
final class Prober {
  /** While an answer is waited for, calls come at least so often: only then a pause of this machine can be told. */
  static final long TICK_NANOS = 500_000_000L;

  /** From the first probe of a new link to the second one, which is to measure it again; then twice as long each time. */
  private static final long FIRST_PAUSE_NANOS = 500_000_000L;

  private static final long RETRY_NANOS = 100_000_000L;

  private final HealthConfig config;
  private final HealthPort port;
  private final RandomGenerator random;
  private final PatientClock clock;
  private final LocalHealth local;
  private final Tally tally;
  private @Nullable TokenBucket budget;
  private long nextId;
  private long earliestNanos = NEVER;

  Prober(
      HealthConfig config,
      HealthPort port,
      RandomGenerator random,
      PatientClock clock,
      LocalHealth local,
      Tally tally) {
    this.config = config;
    this.port = port;
    this.random = random;
    this.clock = clock;
    this.local = local;
    this.tally = tally;
  }

  // ---- when ----------------------------------------------------------------------------------

  /** When something is due for any link; NEVER if for none. */
  long earliestNanos() {
    return earliestNanos;
  }

  /** Something is due by then, at the latest. */
  void lower(long dueNanos) {
    earliestNanos = Math.min(earliestNanos, dueNanos);
  }

  /** Forgets what was due: whoever calls says all of it again by {@link #lower}. */
  void restart(long dueNanos) {
    earliestNanos = dueNanos;
  }

  /** Both ends probe after about the interval; who is first spares the other its probe. */
  long interval() {
    long nanos = config.interval().toNanos();
    return nanos - random.nextLong(nanos / 8);
  }

  /** How long the answer to the last probe may take. */
  long answerNanos(Watch watch) {
    return watch.suspicion.answerNanos(watch.rtt, watch.missed, local.score());
  }

  /** Whether the time of the answer that is waited for is over. */
  boolean isOverdue(Watch watch, long now) {
    return watch.awaiting && now - watch.askedNanos >= answerNanos(watch);
  }

  /** Whether a neighbour of which no answer is waited for is to be probed. */
  boolean isDue(Watch watch, long now) {
    return watch.isSilent()
        || now - watch.heardNanos >= watch.intervalNanos
        || now >= nextMeasure(watch)
        || (watch.spokeNanos != NEVER && now - watch.spokeNanos >= trafficPatience(watch));
  }

  /** Sets when a link is looked at again. */
  void schedule(Watch watch, long now) {
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

  /** When a link that came up lately is to be measured again, or {@code NEVER}. */
  private static long nextMeasure(Watch watch) {
    return watch.rtt.isYoung() && watch.measures < RttWindow.FIRST_SAMPLES
        ? watch.askedNanos + (FIRST_PAUSE_NANOS << watch.measures) / 2
        : NEVER;
  }

  private long trafficPatience(Watch watch) {
    return Math.max(config.trafficPatience().toNanos(), 2 * watch.rtt.lateNanos());
  }

  // ---- probes --------------------------------------------------------------------------------

  /** Probes a neighbour, or puts that off if the limits per second do not allow it. */
  void probe(Watch watch, long now) {
    if (!takeBudget(now) || !watch.maySend(now)) {
      tally.add(Count.PROBES_DEFERRED);
      watch.awaiting = false;
      watch.dueNanos = now + RETRY_NANOS;
      return;
    }
    long id = nextId();
    tally.add(Count.PROBES);
    watch.onProbe(id, now, clock.realNanos(), clock.excusedNanos());
    port.send(watch.peer, new Probe(id, load()));
  }

  /** Takes one of the probes and questions that all neighbours together may get in a second. */
  boolean takeBudget(long now) {
    TokenBucket bucket = budget;
    if (bucket == null) {
      bucket = new TokenBucket(config.probesPerSecond(), config.probesPerSecond(), now);
      budget = bucket;
    }
    return bucket.tryTake(1, now);
  }

  /** A number for a probe or a question, never used before. */
  long nextId() {
    return ++nextId;
  }

  /** A neighbour probes us: it gets its answer at once. */
  void onProbe(Watch watch, Probe probe) {
    watch.peerLoadPermille = probe.loadPermille();
    port.send(watch.peer, new ProbeAnswer(probe.id(), load()));
  }

  /**
   * A neighbour answers a probe.
   *
   * @return whether that probe was ours and waited for its answer
   */
  boolean onAnswer(Watch watch, ProbeAnswer answer) {
    watch.peerLoadPermille = answer.loadPermille();
    if (!watch.onAnswer(answer.id(), clock.realNanos(), clock.excusedNanos())) {
      tally.add(Count.UNASKED);
      return false;
    }
    tally.add(Count.ANSWERS);
    local.onSuccess();
    watch.intervalNanos = interval();
    return true;
  }

  private int load() {
    return Math.clamp(port.loadPermille(), 0, HealthFrame.MAX_LOAD);
  }
}
