package org.openagi.p2p.overlay.reputation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.openagi.p2p.core.identity.PeerId;

/** The score of one peer. Confined to its owner. */
final class Account {
  private static final double NANOS_PER_HOUR = 3.6e12;

  /** The time of a link is added up so often. */
  private static final long ACCRUE_NANOS = 60_000_000_000L;

  /** Less than this is nothing: what only halves would never end. */
  private static final double NOTHING = 0.05;

  /** One cause: its points at a time, from which on they halve. */
  private static final class Sum {
    double points;
    long count;
    long atNanos;
  }

  final PeerId peer;
  Standing standing = Standing.GOOD;
  boolean linked;
  private final Map<Cause, Sum> sums = new EnumMap<>(Cause.class);
  private long linkedNanos;

  Account(PeerId peer) {
    this.peer = peer;
  }

  void link(long nowNanos) {
    linked = true;
    linkedNanos = nowNanos;
  }

  void unlink(long nowNanos) {
    accrue(nowNanos, 1);
    linked = false;
  }

  /** Adds so many times the weight of a cause, or sets its level to that. */
  void note(Cause cause, double times, long nowNanos) {
    Sum sum = sums.computeIfAbsent(cause, first -> new Sum());
    double before = cause.isLevel() ? 0 : left(cause, sum, nowNanos);
    sum.points = Math.clamp(before + times * cause.weight(), -cause.cap(), cause.cap());
    sum.count++;
    sum.atNanos = nowNanos;
  }

  private void accrue(long nowNanos, long afterNanos) {
    if (!linked || nowNanos - linkedNanos < afterNanos) return;
    double hours = (nowNanos - linkedNanos) / NANOS_PER_HOUR;
    linkedNanos = nowNanos;
    note(Cause.UPTIME, hours, nowNanos);
  }

  private static double left(Cause cause, Sum sum, long nowNanos) {
    double halvings =
        (double) Math.max(0, nowNanos - sum.atNanos) / cause.halfLife().toNanos();
    return sum.points * StrictMath.pow(0.5, halvings);
  }

  private static double shown(Cause cause, Sum sum, long nowNanos) {
    double left = left(cause, sum, nowNanos);
    return Math.abs(left) < NOTHING ? 0 : left;
  }

  double score(long nowNanos) {
    accrue(nowNanos, ACCRUE_NANOS);
    double score = 0;
    for (var each : sums.entrySet()) score += shown(each.getKey(), each.getValue(), nowNanos);
    return score;
  }

  Explanation explain(long nowNanos) {
    double score = score(nowNanos);
    List<Explanation.Term> terms = new ArrayList<>();
    sums.forEach((cause, sum) -> {
      double points = shown(cause, sum, nowNanos);
      long agoSeconds = Math.max(0, nowNanos - sum.atNanos) / 1_000_000_000L;
      if (points != 0) terms.add(new Explanation.Term(cause, points, sum.count, agoSeconds));
    });
    terms.sort(Comparator.comparingDouble((Explanation.Term term) -> -Math.abs(term.points())));
    return new Explanation(peer, score, standing, terms);
  }
}
