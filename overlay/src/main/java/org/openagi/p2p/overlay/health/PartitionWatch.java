package org.openagi.p2p.overlay.health;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayMachine;

/**
 * Notices that several peers were lost at once, and that more than half of them are back. Lost is who is suspected or
 * whose link broke or fell silent; who closed it in good order is not. Confined to its owner.
 */
final class PartitionWatch {
  /** From the last peer lost to the report, so that it names all, and at most from the first. */
  private static final long SETTLE_NANOS = 2_000_000_000L;

  private static final long SETTLE_MAX_NANOS = 3 * SETTLE_NANOS;

  /** How often is looked whether they are back. */
  private static final long LOOK_NANOS = 500_000_000L;

  /** A partition that has lasted so long is how the network is now. */
  private static final long FORGET_NANOS = 3_600_000_000_000L;

  private final long windowNanos;
  private final int max;
  private final Map<PeerId, Long> recent = new LinkedHashMap<>();
  private final Set<PeerId> parted = new LinkedHashSet<>();

  /** Those of them that could be reached by no way since: what is known of ways is old at first. */
  private final Set<PeerId> unreached = new HashSet<>();

  private long partedNanos;
  private long dueNanos = OverlayMachine.NEVER;

  /**
   * A watch without losses so far.
   *
   * @param windowNanos losses within this time are at once
   * @param max most losses remembered; the oldest give way
   */
  PartitionWatch(long windowNanos, int max) {
    this.windowNanos = windowNanos;
    this.max = max;
  }

  void onLost(PeerId peer, long nowNanos) {
    if (!parted.isEmpty()) {
      if (parted.size() < max) parted.add(peer);
      return;
    }
    recent.putIfAbsent(peer, nowNanos);
    if (recent.size() > max) recent.remove(recent.keySet().iterator().next());
    long first = recent.values().iterator().next();
    dueNanos = Math.min(nowNanos + SETTLE_NANOS, Math.max(nowNanos, first + SETTLE_MAX_NANOS));
  }

  void onBack(PeerId peer) {
    recent.remove(peer);
  }

  long dueNanos() {
    return dueNanos;
  }

  /** Peers of the partition; 0 if there is none. */
  int parted() {
    return parted.size();
  }

  /**
   * Does what is due.
   *
   * @param present neighbours that are heard of
   * @param back whether a peer can be reached again
   * @return what was noticed; null for nothing
   */
  @Nullable
  HealthEvent onTimer(long nowNanos, int present, Predicate<PeerId> back) {
    if (dueNanos > nowNanos) return null;
    return parted.isEmpty() ? lookForLosses(nowNanos, present) : lookForReturn(nowNanos, back);
  }

  private @Nullable HealthEvent lookForLosses(long nowNanos, int present) {
    recent.values().removeIf(at -> nowNanos - at > windowNanos);
    dueNanos = recent.isEmpty() ? OverlayMachine.NEVER : nowNanos + SETTLE_NANOS;
    int of = present + recent.size();
    if (recent.size() < 2 || 3 * recent.size() < of) return null;
    parted.addAll(recent.keySet());
    recent.clear();
    partedNanos = nowNanos;
    dueNanos = nowNanos + LOOK_NANOS;
    return new HealthEvent.PartitionNoticed(List.copyOf(parted), of);
  }

  private @Nullable HealthEvent lookForReturn(long nowNanos, Predicate<PeerId> back) {
    List<PeerId> returned = new ArrayList<>();
    for (PeerId each : parted) {
      if (!back.test(each)) unreached.add(each);
      else if (unreached.contains(each)) returned.add(each);
    }
    boolean healed = 2 * returned.size() > parted.size();
    if (!healed && nowNanos - partedNanos < FORGET_NANOS) {
      dueNanos = nowNanos + LOOK_NANOS;
      return null;
    }
    int lost = parted.size();
    parted.clear();
    unreached.clear();
    dueNanos = OverlayMachine.NEVER;
    if (!healed) return null;
    return new HealthEvent.PartitionHealed(returned.size(), lost, nowNanos - partedNanos);
  }
}
