package org.openagi.p2p.overlay.health;

import java.util.EnumMap;
import java.util.Map;
import org.openagi.p2p.overlay.health.HealthStats.Count;

/** How often each thing happened. Confined to its owner. */
final class Tally {
  private final Map<Count, Long> counts = new EnumMap<>(Count.class);

  void add(Count what) {
    counts.merge(what, 1L, Long::sum);
  }

  /** What was counted so far; a view. */
  Map<Count, Long> counts() {
    return counts;
  }
}
