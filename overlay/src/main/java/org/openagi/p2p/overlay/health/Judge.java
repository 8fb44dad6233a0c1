package org.openagi.p2p.overlay.health;

import org.openagi.p2p.overlay.health.HealthStats.Count;

/**
 * Decides what is thought of each neighbour, and whether it is our own network that is down. Confined to its owner;
 * times are patient ones.
 */
final class Judge {
  /** What others heard counts so long after they may have been asked again: an answer may take as long as it likes to. */
  private static final long HEARSAY_NANOS = 3_000_000_000L;

  private final HealthConfig config;
  private final HealthPort port;
  private final LocalHealth local;
  private final Neighbours links;
  private final Prober prober;
  private final Witnesses witnesses;
  private final Tally tally;
  private final Measures measures = new Measures();
  private final PartitionWatch partition;
  private boolean ownDown;
  private long ownDownNanos;

  Judge(
      HealthConfig config,
      HealthPort port,
      LocalHealth local,
      Neighbours links,
      Prober prober,
      Witnesses witnesses,
      Tally tally) {
    this.config = config;
    this.port = port;
    this.local = local;
    this.links = links;
    this.prober = prober;
    this.witnesses = witnesses;
    this.tally = tally;
    this.partition = new PartitionWatch(
        config.deadMax().toNanos() + config.answerMax().toNanos(), config.maxGone());
  }

  // ---- what happens --------------------------------------------------------------------------

  /** A neighbour was linked: whatever was wrong with it or with our network is over. */
  void onLinkUp(Watch watch, long now) {
    partition.onBack(watch.peer);
    endOwnDown(now);
  }

  /** A neighbour's link broke. One that was closed in good order is not told. */
  void onBroken(Watch watch, long now) {
    if (!ownDown) lost(watch, now);
  }

  /** Something was heard of a neighbour. */
  void onHeard(Watch watch, long now) {
    if (watch.state == HealthState.DEAD) return;
    HealthState before = watch.state;
    long suspectNanos = now - watch.stateSinceNanos;
    watch.onHeard(now);
    witnesses.onHeard(watch.peer);
    endOwnDown(now);
    if (before == HealthState.AUTHENTICATED || before == HealthState.SUSPECT) {
      setState(watch, HealthState.HEALTHY, "heard of it", now);
      measure(watch, now);
    } else if (before == HealthState.DEGRADED) {
      measure(watch, now);
    }
    if (before == HealthState.SUSPECT) {
      local.onDoubt(); // we may have been too quick
      refuted(watch, suspectNanos, "heard of it");
    }
    prober.schedule(watch, now);
  }

  /** Looks whether a partition is to be reported, or its end. */
  void onTimer(long now) {
    HealthEvent noticed = partition.onTimer(now, links.heardOf(), peer -> {
      Watch watch = links.get(peer);
      return watch == null ? port.reachable(peer) : !watch.state.toAvoid() && !watch.isSilent();
    });
    if (noticed != null) port.onEvent(noticed);
  }

  /** When {@link #onTimer} has something to do; {@code NEVER} if nothing. */
  long dueNanos() {
    return partition.dueNanos();
  }

  /** Whether no neighbour at all is heard of. */
  boolean ownDown() {
    return ownDown;
  }

  /** Peers that were lost at once and are not back. */
  int parted() {
    return partition.parted();
  }

  /** Looks whether the measures of a neighbour that lives are within their limits. */
  void measure(Watch watch, long now) {
    boolean isDegraded = watch.state == HealthState.DEGRADED;
    if (watch.isSilent() || (!isDegraded && watch.state != HealthState.HEALTHY)) return;
    String bad = measures.beyondLimits(watch, isDegraded);
    if (bad != null && !isDegraded) setState(watch, HealthState.DEGRADED, bad, now);
    if (bad == null && isDegraded) {
      setState(watch, HealthState.HEALTHY, "all measures are within their limits", now);
    }
  }

  /** Says what is thought of a neighbour from now on, and why. */
  void setState(Watch watch, HealthState state, String reason, long now) {
    HealthState from = watch.state;
    watch.reason = reason;
    if (from == state) return;
    watch.state = state;
    watch.stateSinceNanos = now;
    port.onEvent(new HealthEvent.StateChanged(watch.peer, from, state, reason));
  }

  // ---- suspicion -----------------------------------------------------------------------------

  /** Decides about a neighbour by what speaks for and against it. */
  void judge(Watch watch, long now) {
    if (watch.state == HealthState.DEAD) return;
    if (ownDown) {
      judgeInOwnTrouble(watch, now);
      return;
    }
    if (watch.missed >= WitnessSuspicion.MISSED_CONFIRMED && links.allAreSilent(watch)) {
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
      refuted(watch, suspectNanos, why);
    } else if (watch.suspicion.givesUp(evidence)) {
      die(watch, evidence, now);
    }
  }

  private void refuted(Watch watch, long suspectNanos, String why) {
    partition.onBack(watch.peer);
    tally.add(Count.REFUTED);
    port.onEvent(new HealthEvent.Recovered(watch.peer, suspectNanos, why));
  }

  private void suspectUnlessItIsUs(Watch watch, Evidence evidence, long now) {
    if (links.size() > 1 && !links.heardOthersSince(watch)) {
      probeOthers(watch, now); // until one of them is heard of, it may well be us
      return;
    }
    String why = silence(evidence) + "; of " + evidence.helpers() + " that can be asked "
        + evidence.silentWitnesses() + " hear nothing either, none hears of it";
    setState(watch, HealthState.SUSPECT, why, now);
    tally.add(Count.SUSPECTED);
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
    tally.add(Count.DIED);
    port.onEvent(
        new HealthEvent.Died(watch.peer, evidence.silentNanos(), evidence.heardElsewhere(), why));
    lost(watch, now);
    port.cut(watch.peer, why);
  }

  private void lost(Watch watch, long now) {
    partition.onLost(watch.peer, now);
    prober.lower(partition.dueNanos());
  }

  private static String silence(Evidence evidence) {
    return evidence.missed() + " probes unanswered, nothing heard for "
        + millis(evidence.silentNanos()) + " ms";
  }

  private Evidence evidence(Watch watch, long now) {
    boolean elsewhere = watch.heardElsewhereNanos >= watch.firstAskedNanos
        && watch.heardElsewhereNanos > watch.heardNanos
        && now - watch.heardElsewhereNanos < HEARSAY_NANOS + prober.answerNanos(watch);
    int witnessed = watch.silentWitnesses.size();
    return new Evidence(
        now - watch.heardNanos,
        watch.missed,
        elsewhere,
        witnessed,
        watch.isSilent() ? witnesses.helpers(watch).size() + witnessed : 0,
        watch.state == HealthState.SUSPECT ? now - watch.stateSinceNanos : 0);
  }

  /** Probes those of which nothing was heard since a neighbour fell silent. */
  void probeOthers(Watch watch, long now) {
    int left = Neighbours.CONTROL_GROUP;
    for (Watch each : links.all()) {
      boolean isDue = each != watch
          && !each.awaiting
          && each.state != HealthState.DEAD
          && each.heardNanos <= watch.firstAskedNanos;
      if (!isDue || left-- <= 0) continue;
      prober.probe(each, now);
      if (each.awaiting) prober.schedule(each, now);
    }
  }

  // ---- our own network -----------------------------------------------------------------------

  private void startOwnDown(long now) {
    ownDown = true;
    ownDownNanos = now;
    port.onEvent(new HealthEvent.OwnNetworkDown(links.size()));
    for (Watch each : links.all()) {
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
    for (Watch each : links.all()) {
      if (each.state == HealthState.DEAD || !each.isSilent()) continue;
      each.startAnew();
      each.heardNanos = now - each.intervalNanos; // due at once, with all its chances
      prober.schedule(each, now);
    }
  }

  private static long millis(long nanos) {
    return Math.max(0, nanos / 1_000_000);
  }
}
