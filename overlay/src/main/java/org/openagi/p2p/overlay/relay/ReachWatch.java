package org.openagi.p2p.overlay.relay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayMachine;

/** Peers that somebody asked for lately, and what was told of each; bounded, who was asked for longest ago goes. */
final class ReachWatch {
  /** Changes within this time are told as one. */
  private static final long PAUSE_NANOS = 20_000_000L;

  private static final class Watched {
    @Nullable
    Reach told;

    long askedNanos;
  }

  private final int most;
  private final long watchedNanos;
  private final Map<PeerId, Watched> watched = new LinkedHashMap<>(16, 0.75f, true);
  private long dueNanos = OverlayMachine.NEVER;

  ReachWatch(int most, long watchedNanos) {
    this.most = most;
    this.watchedNanos = watchedNanos;
  }

  int size() {
    return watched.size();
  }

  /** Somebody wants to know of a peer. */
  void onAsked(PeerId peer, Reach now, long nowNanos) {
    Watched each = watched.computeIfAbsent(peer, p -> new Watched());
    each.told = now;
    each.askedNanos = nowNanos;
    if (watched.size() > most) watched.remove(watched.keySet().iterator().next());
  }

  /** Somebody writes to a peer: keeps what was told of it, if anything. */
  void onUsed(PeerId peer, Supplier<Reach> now, long nowNanos) {
    Watched known = watched.get(peer);
    if (known == null) onAsked(peer, now.get(), nowNanos);
    else known.askedNanos = nowNanos;
  }

  void onRoutesChanged(long nowNanos) {
    if (!watched.isEmpty()) dueNanos = Math.min(dueNanos, nowNanos + PAUSE_NANOS);
  }

  long nextDeadlineNanos() {
    return dueNanos;
  }

  void onTimer(long nowNanos, Function<PeerId, Reach> reach, BiConsumer<PeerId, Reach> listener) {
    if (nowNanos < dueNanos) return;
    dueNanos = OverlayMachine.NEVER;
    watched.values().removeIf(each -> nowNanos - each.askedNanos > watchedNanos);
    List<Map.Entry<PeerId, Watched>> all = new ArrayList<>(watched.entrySet());
    for (Map.Entry<PeerId, Watched> each : all) {
      Reach now = reach.apply(each.getKey());
      Reach before = each.getValue().told;
      if (before != null && isSame(before, now)) continue;
      each.getValue().told = now;
      listener.accept(each.getKey(), now);
    }
  }

  /** Another cost alone is no news. */
  private static boolean isSame(Reach a, Reach b) {
    return a.kind() == b.kind() && a.hops() == b.hops() && a.nextHops().equals(b.nextHops());
  }
}
