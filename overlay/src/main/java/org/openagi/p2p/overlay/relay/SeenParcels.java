package org.openagi.p2p.overlay.relay;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/** What passed here, and which way; bounded by number and time, the oldest go. */
final class SeenParcels {
  /** A passage. */
  static final class Passage {
    final PeerId from;
    final long nanos;

    @Nullable
    PeerId to;

    /** It came to nothing, and who sent it knows. */
    boolean refused;

    private @Nullable PeerId again;

    private Passage(PeerId from, long nanos) {
      this.from = from;
      this.nanos = nanos;
    }

    /** Whether a repetition comes by another neighbour than those before. Of the others the last is remembered. */
    boolean isNewWay(PeerId by) {
      if (by.equals(from) || by.equals(again)) return false;
      again = by;
      return true;
    }
  }

  private final Map<ParcelKey, Passage> passages = new LinkedHashMap<>();
  private final int most;
  private final long keptNanos;

  SeenParcels(int most, long keptNanos) {
    this.most = most;
    this.keptNanos = keptNanos;
  }

  @Nullable
  Passage find(ParcelKey key) {
    return passages.get(key);
  }

  Passage add(ParcelKey key, PeerId from, long nowNanos) {
    passages.remove(key);
    Passage passage = new Passage(from, nowNanos);
    passages.put(key, passage);
    Iterator<Passage> oldest = passages.values().iterator();
    while (oldest.hasNext()) {
      Passage first = oldest.next();
      if (passages.size() <= most && nowNanos - first.nanos < keptNanos) break;
      oldest.remove();
    }
    return passage;
  }

  int size() {
    return passages.size();
  }
}
