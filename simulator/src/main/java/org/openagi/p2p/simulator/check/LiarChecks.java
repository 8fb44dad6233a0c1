package org.openagi.p2p.simulator.check;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.overlay.node.OverlayNode;
import org.openagi.p2p.overlay.reputation.Cause;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.overlay.reputation.Standing;
import org.openagi.p2p.simulator.node.NodeGround;
import org.openagi.p2p.simulator.node.Offence;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.simulator.node.Watch;

/**
 * Looks whether nodes are just: who breaks rules towards a node often enough is cut off by it, and it can say why; and whoever
 * keeps the rules is neither cut off nor blamed by any that does, whatever others do.
 */
public final class LiarChecks implements Watch {
  /** What nobody who keeps the rules can be blamed for by another. */
  private static final Set<Cause> CRIMES = EnumSet.of(
      Cause.INVALID_SIGNATURE,
      Cause.FALSE_ADVERT,
      Cause.PROTOCOL_VIOLATION,
      Cause.LIMIT_VIOLATION,
      Cause.USELESS_PARCEL);

  /**
   * How often a node must do something to another before that one has to have cut it off; others are not seen, or harmless. Of
   * floods, frames beyond what may be sent count, if they come within {@link #FLOOD_NANOS}: as many as take the points of the
   * best neighbour.
   */
  private static final Map<Offence, Integer> ENOUGH = Map.of(
      Offence.FORGED_MESSAGE,
      3,
      Offence.FORGED_ADVERT,
      60,
      Offence.FLOOD,
      10 * OverlayNode.WASTED_BURST);

  private static final long FLOOD_NANOS = 60_000_000_000L;

  /** Frames that a neighbour may send in a row, and a second, of the kind of which most are suffered, those of no use counted in. */
  private static final int FREE_BURST = OverlayNode.CONTROL_BURST + OverlayNode.WASTED_BURST;

  private static final int FREE_PER_SECOND =
      OverlayNode.CONTROL_PER_SECOND + OverlayNode.WASTED_PER_SECOND;

  /** By which names it may then be known. */
  private static final Map<Offence, Set<Cause>> NAMES = Map.of(
      Offence.FORGED_MESSAGE,
      EnumSet.of(Cause.INVALID_SIGNATURE),
      Offence.FORGED_ADVERT,
      EnumSet.of(Cause.INVALID_SIGNATURE, Cause.PROTOCOL_VIOLATION),
      Offence.FLOOD,
      EnumSet.of(Cause.LIMIT_VIOLATION, Cause.PROTOCOL_VIOLATION));

  private record Pair(int liar, int victim, int incarnation) {}

  /** What one did to another, as far as it arrived. */
  private static final class Wrongs {
    private final Map<Offence, Integer> times = new EnumMap<>(Offence.class);
    private final TokenBucket free;
    private long floodNanos;

    Wrongs(long nowNanos) {
      free = new TokenBucket(FREE_BURST, FREE_PER_SECOND, nowNanos);
    }

    void add(Offence what, long nowNanos) {
      if (what != Offence.FLOOD) {
        times.merge(what, 1, Integer::sum);
      } else if (!free.tryTake(1, nowNanos)) {
        boolean another = nowNanos - floodNanos > FLOOD_NANOS && !isEnough(what);
        if (another) floodNanos = nowNanos;
        times.merge(what, 1, (before, one) -> another ? one : before + one);
      }
    }

    boolean isEnough(Offence what) {
      return times(what) >= ENOUGH.getOrDefault(what, Integer.MAX_VALUE);
    }

    int times(Offence what) {
      return times.getOrDefault(what, 0);
    }
  }

  private final NodeGround ground;
  private final Findings findings;
  private final Map<Pair, Wrongs> done = new LinkedHashMap<>();
  private final Map<Pair, Set<Cause>> refusals = new HashMap<>();
  private final Set<Pair> reported = new HashSet<>();
  private final Set<Integer> cut = new HashSet<>();

  /** Checks that have seen nothing yet. */
  public LiarChecks(NodeGround ground, Findings findings) {
    this.ground = ground;
    this.findings = findings;
  }

  @Override
  public void onOffence(SimulatedNode victim, PeerId liar, Offence what) {
    if (!keepsRules(victim)) return;
    long now = ground.world().elapsedNanos();
    ground.find(liar).ifPresent(found -> done.computeIfAbsent(
            pair(found, victim), first -> new Wrongs(now))
        .add(what, now));
  }

  private static Pair pair(SimulatedNode liar, SimulatedNode victim) {
    return new Pair(liar.index(), victim.index(), victim.incarnation());
  }

  private static boolean keepsRules(SimulatedNode node) {
    return node.isRunning() && !node.isByzantine();
  }

  @Override
  public void onStanding(SimulatedNode node, PeerId peer, Standing to, Explanation why) {
    Optional<SimulatedNode> found = ground.find(peer);
    if (to != Standing.REFUSED || node.isByzantine() || found.isEmpty()) return;
    ground
        .trace()
        .add(node.index(), "refuses, since " + why.summary(), found.get().index(), 0);
    Set<Cause> causes =
        refusals.computeIfAbsent(pair(found.get(), node), first -> EnumSet.noneOf(Cause.class));
    why.terms().forEach(term -> causes.add(term.cause()));
    if (found.get().isByzantine()) cut.add(found.get().index());
    else report(node, found.get(), node + " cuts off " + found.get() + ": " + why.summary());
  }

  private void report(SimulatedNode node, SimulatedNode other, String what) {
    if (!reported.add(pair(other, node))) return;
    findings.add(Promise.JUST, what, node.index(), other.index());
  }

  /** Looks what nodes that keep the rules think of each other. */
  public void look() {
    for (SimulatedNode node : ground.nodes()) {
      if (keepsRules(node)) node.overlay().ifPresent(overlay -> look(node, overlay));
    }
  }

  private void look(SimulatedNode node, OverlayNode overlay) {
    long now = node.machine().clock().nanoTime();
    for (PeerId peer : overlay.neighbours()) {
      Optional<SimulatedNode> other = ground.find(peer);
      if (other.isEmpty() || other.get().isByzantine()) continue;
      for (Explanation.Term term : terms(overlay, peer, now)) {
        if (!CRIMES.contains(term.cause())) continue;
        report(
            node,
            other.get(),
            node + " blames " + other.get() + " for " + term.count() + " "
                + term.cause().words());
      }
    }
  }

  private static List<Explanation.Term> terms(OverlayNode overlay, PeerId peer, long now) {
    return overlay.reputation().explain(peer, now).map(Explanation::terms).orElse(List.of());
  }

  /** To be called at the end: looks whether liars were found out. Some of them may have been forgiven since. */
  public void checkEnd() {
    done.forEach((pair, wrongs) -> {
      SimulatedNode victim = ground.nodes().get(pair.victim);
      if (!keepsRules(victim) || victim.incarnation() != pair.incarnation) return;
      SimulatedNode liar = ground.nodes().get(pair.liar);
      for (Offence what : Offence.values()) {
        if (!wrongs.isEnough(what)) continue;
        victim
            .overlay()
            .ifPresent(overlay -> checkCut(pair, liar, victim, overlay, what, wrongs.times(what)));
      }
    });
  }

  private void checkCut(
      Pair pair,
      SimulatedNode liar,
      SimulatedNode victim,
      OverlayNode overlay,
      Offence what,
      int times) {
    Set<Cause> causes = refusals.getOrDefault(pair, Set.of());
    boolean named = NAMES.getOrDefault(what, Set.of()).stream().anyMatch(causes::contains);
    boolean linked = overlay.neighbours().contains(liar.peerId())
        && overlay.reputation().standing(liar.peerId()) == Standing.REFUSED;
    if (named && !linked) return;
    String score = overlay
        .reputation()
        .explain(liar.peerId(), victim.machine().clock().nanoTime())
        .map(Explanation::summary)
        .orElse("no score");
    report(
        victim,
        liar,
        victim + (linked ? " is still linked to " : " did not refuse ") + liar + " after " + times
            + " times " + what + ": " + score);
  }

  /** Liars that somebody cut off. */
  public int cut() {
    return cut.size();
  }
}
