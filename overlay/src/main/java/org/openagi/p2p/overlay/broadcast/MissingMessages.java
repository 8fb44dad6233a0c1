package org.openagi.p2p.overlay.broadcast;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.openagi.p2p.core.identity.PeerId;

/** Messages that were heard of and did not come: whom to ask for them, and when. Bounded; confined to its owner. */
final class MissingMessages {
  /** Messages that are waited for; news of further ones are ignored, and come again from elsewhere. */
  static final int MAX = 4096;

  /** Neighbours that are remembered to have one. */
  static final int ANNOUNCERS_MAX = 4;

  /** Requests for one message, before it is given up. */
  static final int TRIES_MAX = 6;

  private static final class Missing {
    final Deque<PeerId> announcers = new ArrayDeque<>(2);
    long dueNanos;
    int tries;
  }

  private final Map<MessageId, Missing> all = new LinkedHashMap<>();
  private long nextNanos = Long.MAX_VALUE;

  int size() {
    return all.size();
  }

  boolean contains(MessageId id) {
    return all.containsKey(id);
  }

  /** A neighbour has a message; returns false if that can't be noted. */
  boolean add(MessageId id, PeerId announcer, long dueNanos) {
    Missing missing = all.get(id);
    if (missing == null) {
      if (all.size() >= MAX) return false;
      missing = new Missing();
      missing.dueNanos = dueNanos;
      nextNanos = Math.min(nextNanos, dueNanos);
      all.put(id, missing);
    }
    boolean isNew = !missing.announcers.contains(announcer);
    if (isNew && missing.announcers.size() < ANNOUNCERS_MAX) missing.announcers.add(announcer);
    return true;
  }

  void remove(MessageId id) {
    all.remove(id);
  }

  /** A neighbour has gone: what only it has can't be had. */
  void removeAnnouncer(PeerId peer) {
    for (Missing each : all.values()) each.announcers.remove(peer);
  }

  long nextNanos() {
    return nextNanos;
  }

  /** What is to be asked for now, by whom to ask. */
  static final class Due {
    final Map<PeerId, Map<Source, NumberRanges>> requests = new LinkedHashMap<>();
    int asked;
    int givenUp;
  }

  /**
   * Takes what is due.
   *
   * @param patience how long to wait for a neighbour's answer, in nanoseconds
   */
  Due poll(ToLongFunction<PeerId> patience, long nowNanos) {
    Due due = new Due();
    nextNanos = Long.MAX_VALUE;
    Iterator<Map.Entry<MessageId, Missing>> each = all.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<MessageId, Missing> entry = each.next();
      Missing missing = entry.getValue();
      if (missing.dueNanos <= nowNanos) {
        PeerId next = missing.tries < TRIES_MAX ? missing.announcers.poll() : null;
        if (next == null) {
          due.givenUp++;
          each.remove();
          continue;
        }
        missing.announcers.add(next); // is asked again after the others
        missing.tries++;
        missing.dueNanos = nowNanos + patience.applyAsLong(next) * missing.tries;
        due.asked++;
        due.requests
            .computeIfAbsent(next, peer -> new LinkedHashMap<>())
            .computeIfAbsent(entry.getKey().source(), source -> new NumberRanges())
            .add(entry.getKey().number());
      }
      nextNanos = Math.min(nextNanos, missing.dueNanos);
    }
    return due;
  }
}
