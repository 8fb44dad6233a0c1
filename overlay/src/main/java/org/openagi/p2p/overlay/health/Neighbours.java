package org.openagi.p2p.overlay.health;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/** The links that are watched, and what they say together. Confined to its owner. */
final class Neighbours {
  /** If so many others, or all, are silent, nobody else needs to be probed to know that it is us. */
  static final int CONTROL_GROUP = 16;

  /** Missed probes after which a link counts as silent when it is asked whether all are. */
  static final int SILENT_AFTER = 2;

  private final Map<PeerId, Watch> links = new LinkedHashMap<>();

  void put(Watch watch) {
    links.put(watch.peer, watch);
  }

  @Nullable
  Watch get(PeerId peer) {
    return links.get(peer);
  }

  @Nullable
  Watch remove(PeerId peer) {
    return links.remove(peer);
  }

  boolean contains(PeerId peer) {
    return links.containsKey(peer);
  }

  int size() {
    return links.size();
  }

  /** All of them, in the order in which their links came up; a view. */
  Collection<Watch> all() {
    return links.values();
  }

  /** All of them as they are now, for those who change links while they go through them. */
  List<Watch> snapshot() {
    return List.copyOf(links.values());
  }

  /** How many are neither suspected nor dead. */
  int heardOf() {
    int n = 0;
    for (Watch each : links.values()) if (!each.state.toAvoid()) n++;
    return n;
  }

  /** Whether any other was heard of since a neighbour fell silent. */
  boolean heardOthersSince(Watch watch) {
    for (Watch each : links.values()) {
      if (each != watch && each.heardNanos > watch.firstAskedNanos) return true;
    }
    return false;
  }

  /** Nobody else was heard of since either, and others were probed and did not answer. */
  boolean allAreSilent(Watch watch) {
    return links.size() > 1 && !heardOthersSince(watch) && othersAreSilent(watch);
  }

  private boolean othersAreSilent(Watch watch) {
    int silent = 0;
    for (Watch each : links.values()) {
      if (each != watch && each.missed >= SILENT_AFTER) silent++;
    }
    return silent >= Math.min(CONTROL_GROUP, links.size() - 1);
  }
}
