package org.openagi.p2p.overlay.broadcast;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openagi.p2p.core.identity.PeerId;

/** Messages of this node that were not taken over by all whom they were sent to. Bounded; confined to its owner. */
final class OwnMessages {
  /** Messages on their way to neighbours; further ones are refused until some were taken over. */
  static final int MAX = 1024;

  private static final class Own {
    final Set<PeerId> awaited;
    int taken;

    Own(Set<PeerId> awaited) {
      this.awaited = awaited;
    }

    boolean isDone() {
      return awaited.isEmpty() && taken > 0;
    }
  }

  /** What was taken over now. */
  record Done(long number, int neighbours) {}

  private final Map<Long, Own> all = new LinkedHashMap<>();

  boolean isFull() {
    return all.size() >= MAX;
  }

  int size() {
    return all.size();
  }

  void add(long number, List<PeerId> recipients) {
    all.put(number, new Own(new HashSet<>(recipients)));
  }

  /** Nobody waits for it any more. */
  void forget(long number) {
    all.remove(number);
  }

  /** A neighbour has messages of a range. */
  List<Done> onConfirmed(PeerId by, long first, long last) {
    List<Done> done = new ArrayList<>(1);
    Iterator<Map.Entry<Long, Own>> each = all.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<Long, Own> entry = each.next();
      long number = entry.getKey();
      if (number > last) break;
      if (number < first) continue;
      Own own = entry.getValue();
      boolean counts = own.awaited.remove(by) || own.taken == 0;
      if (counts) own.taken++;
      if (own.isDone()) {
        done.add(new Done(number, own.taken));
        each.remove();
      }
    }
    return done;
  }

  /** A neighbour has gone, and is not waited for. */
  List<Done> onGone(PeerId peer) {
    List<Done> done = new ArrayList<>(1);
    Iterator<Map.Entry<Long, Own>> each = all.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<Long, Own> entry = each.next();
      Own own = entry.getValue();
      own.awaited.remove(peer);
      if (own.isDone()) {
        done.add(new Done(entry.getKey(), own.taken));
        each.remove();
      }
    }
    return done;
  }
}
