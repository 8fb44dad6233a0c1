package org.openagi.p2p.overlay.membership;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Neighbours whose link broke. They are dialed again and again, whether or not others took their place: they may be on the other
 * side of a cut, and then one of these dials joins the sides again. Bounded; confined to its owner.
 */
final class LostPeers {
  /** Peers that are probed; with more, those away longest become ordinary candidates. */
  static final int MAX = 32;

  /** At least so much time is between two probes of this node. */
  static final long GAP_NANOS = 250_000_000L;

  private static final class Lost {
    final PeerEntry entry;
    final long sinceNanos;
    long pauseNanos;
    long dueNanos;
    boolean dialing;

    Lost(PeerEntry entry, long sinceNanos, long pauseNanos) {
      this.entry = entry;
      this.sinceNanos = sinceNanos;
      this.pauseNanos = pauseNanos;
    }
  }

  private final MembershipConfig config;
  private final RandomGenerator random;
  private final Map<PeerId, Lost> all = new LinkedHashMap<>();
  private long nextProbeNanos;
  private boolean probed;

  LostPeers(MembershipConfig config, RandomGenerator random) {
    this.config = config;
    this.random = random;
  }

  int size() {
    return all.size();
  }

  boolean contains(PeerId peer) {
    return all.containsKey(peer);
  }

  /** Adds a peer; returns the one that had to go for it. */
  @Nullable
  PeerEntry add(PeerEntry entry, long nowNanos) {
    Lost lost = new Lost(entry, nowNanos, config.probeFirstMillis() * 1_000_000);
    lost.dueNanos = nowNanos + jittered(lost.pauseNanos);
    all.put(entry.peer(), lost);
    if (all.size() <= MAX) return null;
    PeerEntry eldest = all.values().iterator().next().entry;
    all.remove(eldest.peer());
    return eldest;
  }

  @Nullable
  PeerEntry remove(PeerId peer) {
    Lost lost = all.remove(peer);
    return lost == null ? null : lost.entry;
  }

  /** The next peer to be dialed now, or null. */
  @Nullable
  PeerEntry poll(long nowNanos) {
    if (probed && nextProbeNanos - nowNanos > 0) return null;
    Lost due = null;
    for (Lost each : all.values()) {
      if (each.dialing || each.dueNanos - nowNanos > 0) continue;
      if (due == null || each.dueNanos - due.dueNanos < 0) due = each;
    }
    if (due == null) return null;
    due.dialing = true;
    probed = true;
    nextProbeNanos = nowNanos + GAP_NANOS;
    return due.entry;
  }

  /** A probe failed: the next one comes after a longer pause. */
  void onFailed(PeerId peer, long nowNanos) {
    Lost lost = all.get(peer);
    if (lost == null) return;
    lost.dialing = false;
    boolean isLongAway = nowNanos - lost.sinceNanos >= config.probePatientAfterMillis() * 1_000_000;
    long maxMillis = isLongAway ? config.probePatientMaxMillis() : config.probeMaxMillis();
    lost.pauseNanos = Math.min(2 * lost.pauseNanos, maxMillis * 1_000_000);
    lost.dueNanos = nowNanos + jittered(lost.pauseNanos);
  }

  /** Between three quarters of a pause and all of it, so that the longest is never exceeded. */
  private long jittered(long pauseNanos) {
    return pauseNanos - random.nextLong(pauseNanos / 4 + 1);
  }

  /** When {@link #poll} has something, or {@link Long#MAX_VALUE}. */
  long nextNanos() {
    long next = Long.MAX_VALUE;
    for (Lost each : all.values()) if (!each.dialing) next = Math.min(next, each.dueNanos);
    return next != Long.MAX_VALUE && probed ? Math.max(next, nextProbeNanos) : next;
  }
}
