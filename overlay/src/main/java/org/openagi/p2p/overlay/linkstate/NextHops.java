package org.openagi.p2p.overlay.linkstate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.NextHop;
import org.openagi.p2p.overlay.Route;

/** Which of the neighbours that know a way carry how much, and in which order the others are tried when those fail. */
final class NextHops {
  /** A next hop shares the load if it costs at most a quarter and this slack more than the best … */
  private static final long ENTER_QUARTERS = 5;

  /** … and stops when it costs half and twice the slack more, so that shares do not flap. */
  private static final long LEAVE_QUARTERS = 6;

  /** Among ways of as many links a few milliseconds, which a busy machine makes by itself, are no reason not to share. */
  private static final long SLACK_MICROS = 5_000;

  /** A way of more links takes the time of more nodes, so less speaks for it. */
  private static final long LONGER_SLACK_MICROS = 1_000;

  private static final int FULL_SHARE = 1000;

  /**
   * A neighbour that knows a way.
   *
   * @param micros cost of the way over it, as measured here
   * @param nearer whether it is nearer to the destination than this node
   * @param hops links of that way
   */
  record Candidate(PeerId peer, long micros, boolean nearer, int hops) {}

  private NextHops() {}

  /**
   * The route over some candidates.
   *
   * @param candidates in any order
   * @param avoid neighbours for when no other is left
   * @param last the route until now: who has a share keeps it a little longer
   */
  static Route of(List<Candidate> candidates, Predicate<PeerId> avoid, Route last) {
    if (candidates.isEmpty()) return Route.NONE;
    List<Candidate> good = new ArrayList<>(candidates.size());
    List<Candidate> avoided = new ArrayList<>();
    for (Candidate each : candidates) (avoid.test(each.peer) ? avoided : good).add(each);
    good.sort(Comparator.comparingLong(Candidate::micros));
    avoided.sort(Comparator.comparingLong(Candidate::micros));
    if (good.isEmpty()) return new Route(shared(avoided, last), avoided.getFirst().hops);
    List<NextHop> all = shared(good, last);
    for (Candidate each : avoided) all.add(new NextHop(each.peer, each.micros, 0, false));
    return new Route(all, good.getFirst().hops);
  }

  /** Shares in inverse proportion to the costs among those that are nearer and not much worse than the best of these. */
  private static List<NextHop> shared(List<Candidate> sorted, Route last) {
    Candidate best = null;
    for (Candidate each : sorted.reversed()) if (each.nearer) best = each;
    boolean[] shares = new boolean[sorted.size()];
    double weights = 0;
    for (int i = 0; i < shares.length; i++) {
      Candidate each = sorted.get(i);
      shares[i] = best != null && each.nearer && isAbout(best, each, last);
      if (shares[i]) weights += 1.0 / each.micros;
    }
    List<NextHop> nextHops = new ArrayList<>(shares.length);
    List<NextHop> others = new ArrayList<>();
    List<NextHop> around = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      Candidate each = sorted.get(i);
      long share = shares[i] ? Math.max(1, Math.round(FULL_SHARE / (each.micros * weights))) : 0;
      NextHop hop = new NextHop(each.peer, each.micros, (int) share, each.nearer);
      (shares[i] ? nextHops : each.nearer ? others : around).add(hop);
    }
    nextHops.addAll(others);
    nextHops.addAll(around);
    return nextHops;
  }

  private static boolean isAbout(Candidate best, Candidate other, Route last) {
    long slack = other.hops <= best.hops ? SLACK_MICROS : LONGER_SLACK_MICROS;
    return other.micros <= best.micros * ENTER_QUARTERS / 4 + slack
        || (other.micros <= best.micros * LEAVE_QUARTERS / 4 + 2 * slack
            && hadShare(last, other.peer));
  }

  private static boolean hadShare(Route last, PeerId peer) {
    for (NextHop each : last.nextHops()) {
      if (each.peer().equals(peer)) return each.sharePermille() > 0;
    }
    return false;
  }
}
