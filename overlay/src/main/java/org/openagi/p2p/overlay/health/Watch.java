package org.openagi.p2p.overlay.health;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.overlay.OverlayMachine;

/** What is known of one link. Times are patient ones, except where it says real. Confined to its owner. */
final class Watch {
  /** Probes on their way; one more, and the oldest counts as lost. */
  private static final int PROBES_MAX = 8;

  /** What one neighbour may send: questions, probes and doubts. We send it half as much. */
  static final int FRAMES_PER_SECOND = 64;

  static final int FRAMES_BURST = 512;

  private static final int OUT_BURST = 64;

  private static final int SILENT_PERMILLE = 900;

  /**
   * A probe on its way. An answer that a pause of ours delayed says nothing of the link, and one of those that follow
   * a missed one nothing of how much is lost: they are sent while it is bad.
   */
  private record Sent(long id, long realNanos, long excusedNanos, boolean isFirst) {}

  final PeerId peer;
  final RttWindow rtt = new RttWindow();
  final LossWindow loss = new LossWindow();
  final Flow flow = new Flow();
  final Suspicion suspicion;
  final TokenBucket inbound;
  private final TokenBucket outbound;
  private final Deque<Sent> sent = new ArrayDeque<>();

  HealthState state = HealthState.AUTHENTICATED;
  String reason = "has proved its key";
  long stateSinceNanos;
  int peerLoadPermille;

  /** When something was last heard of it; the start counts. */
  long heardNanos;

  /** Since when bytes go out with none coming back; NEVER if that is not so. */
  long spokeNanos = OverlayMachine.NEVER;

  /** Whether an answer is waited for, since when, and how many were missed before it. */
  boolean awaiting;

  long askedNanos;
  int missed;

  /** Probes sent so far that no missed one caused, up to {@link RttWindow#FIRST_SAMPLES}. */
  int measures;

  /** When the first probe of this silence was sent. */
  long firstAskedNanos;

  /** When it is to be probed if nothing is heard, as an offset to {@link #heardNanos}. */
  long intervalNanos;

  /** When it was last heard of by somebody else; meaningful only if it is later than {@link #heardNanos}. */
  long heardElsewhereNanos;

  String heardElsewhereBy = "";

  /** Who has a link to it and got no answer either, in this silence. */
  final Set<PeerId> silentWitnesses = new HashSet<>();

  /** Who was asked since the last probe was missed and has not answered. */
  final Set<PeerId> unansweredHelpers = new HashSet<>();

  int answeredHelpers;

  /** Who said that it has no link to it. */
  final Set<PeerId> strangers = new HashSet<>();

  long dueNanos;

  Watch(PeerId peer, Suspicion suspicion, long intervalNanos, long nowNanos) {
    this.peer = peer;
    this.suspicion = suspicion;
    this.intervalNanos = intervalNanos;
    this.inbound = new TokenBucket(FRAMES_BURST, FRAMES_PER_SECOND, nowNanos);
    this.outbound = new TokenBucket(OUT_BURST, FRAMES_PER_SECOND / 2.0, nowNanos);
    this.askedNanos = nowNanos;
    this.heardNanos = nowNanos;
    this.stateSinceNanos = nowNanos;
    this.heardElsewhereNanos = nowNanos;
  }

  boolean maySend(long nowNanos) {
    return outbound.tryTake(1, nowNanos);
  }

  /** A probe left. */
  void onProbe(long id, long nowNanos, long realNanos, long excusedNanos) {
    if (sent.size() >= PROBES_MAX) {
      onLost(sent.removeFirst());
    }
    sent.addLast(new Sent(id, realNanos, excusedNanos, missed == 0));
    if (missed == 0) {
      firstAskedNanos = nowNanos;
      measures = Math.min(measures + 1, RttWindow.FIRST_SAMPLES);
    }
    awaiting = true;
    askedNanos = nowNanos;
  }

  /**
   * An answer came.
   *
   * @return whether it was waited for
   */
  boolean onAnswer(long id, long realNanos, long excusedNanos) {
    for (Iterator<Sent> each = sent.iterator(); each.hasNext(); ) {
      Sent probe = each.next();
      if (probe.id != id) continue;
      boolean isNewest = !each.hasNext();
      each.remove();
      if (probe.isFirst) loss.onAnswered();
      if (probe.excusedNanos == excusedNanos) measureRtt(realNanos - probe.realNanos, isNewest);
      return true;
    }
    return false;
  }

  private void measureRtt(long rttNanos, boolean isNewest) {
    if (isNewest) rtt.add(rttNanos);
    else rtt.addLate(rttNanos);
  }

  /** Counts what was not answered for so long as lost. */
  void expireProbes(long realNanos, long lostAfterNanos) {
    while (!sent.isEmpty() && realNanos - sent.getFirst().realNanos > lostAfterNanos) {
      onLost(sent.removeFirst());
    }
  }

  private void onLost(Sent probe) {
    if (probe.isFirst) loss.onMissed();
  }

  /** Something was heard of it: the silence is over. */
  void onHeard(long nowNanos) {
    heardNanos = nowNanos;
    suspicion.onHeard(nowNanos);
    startAnew();
  }

  /** Forgets what speaks against it. */
  void startAnew() {
    spokeNanos = OverlayMachine.NEVER;
    awaiting = false;
    missed = 0;
    silentWitnesses.clear();
    strangers.clear();
    unansweredHelpers.clear();
    answeredHelpers = 0;
  }

  boolean isSilent() {
    return missed > 0;
  }

  int loadPermille() {
    return Math.max(flow.loadPermille(), peerLoadPermille);
  }

  LinkQuality quality() {
    return new LinkQuality(rttMicros(), lossPermille(), loadPermille());
  }

  int rttMicros() {
    return micros(rtt.smoothedNanos());
  }

  /** While it leaves probes unanswered, next to nothing gets through. */
  private int lossPermille() {
    return missed >= 2 ? Math.max(SILENT_PERMILLE, loss.permille()) : loss.permille();
  }

  LinkHealth snapshot(long nowNanos) {
    return new LinkHealth(
        peer,
        state,
        reason,
        (nowNanos - stateSinceNanos) / 1000,
        rttMicros(),
        micros(rtt.percentileNanos(50)),
        micros(rtt.percentileNanos(99)),
        (int) Math.min(Integer.MAX_VALUE, rtt.jitterNanos() / 1000),
        lossPermille(),
        flow.inPerSecond(),
        flow.outPerSecond(),
        loadPermille(),
        (nowNanos - heardNanos) / 1000);
  }

  /** Whole microseconds; what was measured is at least one, since 0 means that nothing was. */
  private int micros(long nanos) {
    if (rtt.isEmpty()) return 0;
    return Math.clamp(nanos / 1000, 1, Integer.MAX_VALUE);
  }
}
