package org.openagi.p2p.overlay.reputation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Keeps a score of each peer: the sum of the points of named causes, which halve with time. Only what this node saw
 * itself is noted.
 *
 * <p>Bounded: beyond {@link ReputationConfig#maxPeers()} the score that says least gives way, of the bad ones if half of
 * all are bad, else of the good ones. So whoever comes with ever new identities to misbehave pushes out other bad ones
 * only, and neighbours stay in any case.
 *
 * <p>Confined to its owner.
 */
public final class Reputation {
  /** No deadline. */
  private static final long NEVER = Long.MAX_VALUE;

  /** How often standings are looked at that time alone may change. */
  private static final long LOOK_NANOS = 5_000_000_000L;

  private final ReputationConfig config;
  private final ReputationPort port;
  private final Map<PeerId, Account> accounts = new LinkedHashMap<>();
  private long dueNanos = NEVER;
  private long evicted;

  /** Makes one that knows nobody. */
  public Reputation(ReputationConfig config, ReputationPort port) {
    this.config = config;
    this.port = port;
  }

  /** A peer became a neighbour. */
  public void onLinkUp(PeerId peer, long nowNanos) {
    account(peer, nowNanos).link(nowNanos);
  }

  /** A neighbour is one no more. What that says of it is noted apart. */
  public void onLinkDown(PeerId peer, long nowNanos) {
    Account account = accounts.get(peer);
    if (account != null) account.unlink(nowNanos);
  }

  /** Something was seen of a peer, once. */
  public void note(PeerId peer, Cause cause, long nowNanos) {
    Account account = account(peer, nowNanos);
    account.note(cause, 1, nowNanos);
    judge(account, nowNanos);
  }

  /**
   * The round trip to a peer was measured; takes the place of the measurement before.
   *
   * @param rttMicros in microseconds, above 0
   */
  public void onRtt(PeerId peer, int rttMicros, long nowNanos) {
    Account account = accounts.get(peer);
    if (account == null || rttMicros <= 0) return;
    account.note(Cause.LATENCY, latencyPoints(rttMicros), nowNanos);
    judge(account, nowNanos);
  }

  /** 5 at 20 ms, -5 at 1 s, in between by ratio: each doubling costs the same. */
  private static double latencyPoints(int rttMicros) {
    double doublings =
        StrictMath.log(rttMicros / 20_000.0) / StrictMath.log(1_000_000.0 / 20_000.0);
    return Math.clamp(5 - 10 * doublings, -5, 5);
  }

  /** The score of a peer; 0 if nothing is known of it. */
  public double score(PeerId peer, long nowNanos) {
    Account account = accounts.get(peer);
    return account == null ? 0 : account.score(nowNanos);
  }

  /** What follows from the score of a peer. */
  public Standing standing(PeerId peer) {
    Account account = accounts.get(peer);
    return account == null ? Standing.GOOD : account.standing;
  }

  /** The score of a peer, term by term; empty if nothing is known of it. */
  public Optional<Explanation> explain(PeerId peer, long nowNanos) {
    return Optional.ofNullable(accounts.get(peer)).map(account -> account.explain(nowNanos));
  }

  /** All scores, the worst first; at most {@code max} of them. */
  public List<Explanation> worst(int max, long nowNanos) {
    List<Explanation> all = new ArrayList<>();
    accounts.values().forEach(account -> all.add(account.explain(nowNanos)));
    all.sort(Comparator.comparingDouble(Explanation::score));
    return List.copyOf(all.subList(0, Math.min(max, all.size())));
  }

  /** Scores kept. */
  public int size() {
    return accounts.size();
  }

  /** Scores that gave way to others. */
  public long evicted() {
    return evicted;
  }

  /** When {@link #onTimer} has something to do, or {@link Long#MAX_VALUE}. */
  public long nextDeadlineNanos() {
    return dueNanos;
  }

  /** Looks who has got better with time. Early and repeated calls do no harm. */
  public void onTimer(long nowNanos) {
    if (dueNanos > nowNanos) return;
    dueNanos = NEVER;
    for (Account account : accounts.values()) {
      if (account.standing != Standing.GOOD) judge(account, nowNanos);
    }
  }

  private void judge(Account account, long nowNanos) {
    Standing before = account.standing;
    Standing after = standing(account.score(nowNanos), before);
    if (after != before) {
      account.standing = after;
      port.onStanding(account.peer, before, after, account.explain(nowNanos));
    }
    if (after != Standing.GOOD && dueNanos == NEVER) dueNanos = nowNanos + LOOK_NANOS;
  }

  private Standing standing(double score, Standing before) {
    boolean wasRefused = before == Standing.REFUSED;
    if (score < config.refuseBelow() || (wasRefused && score <= config.acceptAbove())) {
      return Standing.REFUSED;
    }
    if (score < config.routeBelow()) return Standing.NOT_ROUTED;
    return score < config.trimBelow() ? Standing.TRIMMED_FIRST : Standing.GOOD;
  }

  private Account account(PeerId peer, long nowNanos) {
    Account known = accounts.get(peer);
    if (known != null) return known;
    if (accounts.size() >= config.maxPeers()) evict(nowNanos);
    Account account = new Account(peer);
    accounts.put(peer, account);
    return account;
  }

  private void evict(long nowNanos) {
    int bad = 0;
    Account leastBad = null;
    Account leastGood = null;
    for (Account each : accounts.values()) {
      double score = each.score(nowNanos);
      if (score < 0) bad++;
      if (each.linked) continue;
      if (score < 0) leastBad = nearerToZero(each, leastBad, nowNanos);
      else leastGood = nearerToZero(each, leastGood, nowNanos);
    }
    boolean badFirst = 2 * bad >= config.maxPeers() || leastGood == null;
    Account victim = badFirst && leastBad != null ? leastBad : leastGood;
    if (victim == null) return; // all are neighbours, whose number has a bound of its own
    accounts.remove(victim.peer);
    evicted++;
    if (victim.standing == Standing.GOOD) return;
    port.onStanding(victim.peer, victim.standing, Standing.GOOD, victim.explain(nowNanos));
  }

  private static Account nearerToZero(Account one, @Nullable Account other, long nowNanos) {
    if (other == null) return one;
    return Math.abs(one.score(nowNanos)) < Math.abs(other.score(nowNanos)) ? one : other;
  }
}
