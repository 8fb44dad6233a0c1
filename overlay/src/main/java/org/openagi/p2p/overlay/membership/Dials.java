package org.openagi.p2p.overlay.membership;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/** What is being dialed: candidates for the view, and probes of lost peers. Bounded; confined to its owner. */
final class Dials {
  /** Dials of candidates at the same time: with half of them dead, one slow failure must not stop the others. */
  static final int MAX = 3;

  /** Probes of lost peers at the same time, besides: over a cut they all fail slowly. */
  static final int PROBES_MAX = 2;

  private record Dial(PeerEntry entry, boolean isProbe, long deadlineNanos) {}

  private final Map<PeerId, Dial> all = new LinkedHashMap<>();
  private int probes;

  void add(PeerEntry entry, boolean isProbe, long deadlineNanos) {
    if (isProbe) probes++;
    all.put(entry.peer(), new Dial(entry, isProbe, deadlineNanos));
  }

  /** Ends one. Returns whom it was to reach, or null if there was none. */
  @Nullable
  PeerEntry remove(PeerId peer) {
    Dial ended = all.remove(peer);
    if (ended == null) return null;
    if (ended.isProbe()) probes--;
    return ended.entry();
  }

  boolean contains(PeerId peer) {
    return all.containsKey(peer);
  }

  /** How many dials of candidates there are. */
  int candidates() {
    return all.size() - probes;
  }

  boolean hasRoom() {
    return candidates() < MAX;
  }

  boolean hasRoomForProbe() {
    return probes < PROBES_MAX;
  }

  /** Those that took too long. */
  List<PeerId> overdue(long nowNanos) {
    return all.values().stream()
        .filter(each -> each.deadlineNanos() - nowNanos <= 0)
        .map(each -> each.entry().peer())
        .toList();
  }

  /** When the first of them takes too long, or {@link Long#MAX_VALUE}. */
  long nextDeadlineNanos() {
    long next = Long.MAX_VALUE;
    for (Dial each : all.values()) next = Math.min(next, each.deadlineNanos());
    return next;
  }
}
