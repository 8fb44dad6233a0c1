package org.openagi.p2p.network;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Says what was reported lately, so that it is not reported again. The oldest give way. Confined to its owner. */
final class RecentReports<K> {
  private final long pauseNanos;
  private final Map<K, Long> reported;

  RecentReports(Duration pause, int max) {
    this.pauseNanos = pause.toNanos();
    this.reported = new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, Long> eldest) {
        return size() > max;
      }
    };
  }

  /** Whether a thing is to be reported now; then it is not for the length of the pause. */
  boolean isDue(K thing, long nowNanos) {
    Long last = reported.get(thing);
    if (last != null && nowNanos - last < pauseNanos) return false;
    reported.remove(thing); // so that it becomes the newest
    reported.put(thing, nowNanos);
    return true;
  }

  void forget(K thing) {
    reported.remove(thing);
  }
}
