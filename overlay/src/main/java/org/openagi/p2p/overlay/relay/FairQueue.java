package org.openagi.p2p.overlay.relay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Parcels that wait to be sent. Neighbours take turns by bytes (deficit round robin), the destinations of each one by one;
 * a destination that can't be served does not hold up the others.
 */
final class FairQueue {
  /** Bytes of a turn. */
  private static final long QUANTUM_BYTES = 64 << 10;

  /** Destinations that are tried in a turn; those that can't be served are many only if somebody wants them to be. */
  private static final int MAX_TRIES = 32;

  /** Sends a parcel, or disposes of it otherwise. */
  interface Sender {
    /** Returns false if it has to wait. */
    boolean send(Held held);
  }

  private static final class Lane {
    private final Map<PeerId, Deque<Held>> destinations = new LinkedHashMap<>();
    private long credit;
  }

  private final Map<PeerId, Lane> lanes = new LinkedHashMap<>();

  boolean isEmpty() {
    return lanes.isEmpty();
  }

  void add(Held held) {
    queue(held).addLast(held);
  }

  /** Puts back what was sent once, before all others to its destination. */
  void addFirst(Held held) {
    queue(held).addFirst(held);
  }

  private Deque<Held> queue(Held held) {
    return lanes
        .computeIfAbsent(held.from, from -> new Lane())
        .destinations
        .computeIfAbsent(held.destination(), to -> new ArrayDeque<>());
  }

  /** Sends what can be sent. */
  void drain(Sender sender) {
    int stuck = 0;
    while (stuck < lanes.size()) {
      Map.Entry<PeerId, Lane> first = lanes.entrySet().iterator().next();
      PeerId from = first.getKey();
      Lane lane = first.getValue();
      lanes.remove(from);
      lane.credit = Math.min(QUANTUM_BYTES, lane.credit + QUANTUM_BYTES);
      boolean progress = lane.credit <= 0 || turn(lane, sender);
      stuck = progress ? 0 : stuck + 1;
      if (!lane.destinations.isEmpty()) putBack(from, lane);
    }
  }

  /** What was sent may have come back into the same lane meanwhile. */
  private void putBack(PeerId from, Lane lane) {
    Lane newer = lanes.remove(from);
    if (newer != null) {
      newer.destinations.forEach((to, queue) ->
          lane.destinations.computeIfAbsent(to, each -> new ArrayDeque<>()).addAll(queue));
    }
    lanes.put(from, lane);
  }

  private static boolean turn(Lane lane, Sender sender) {
    boolean progress = false;
    int tries = Math.min(MAX_TRIES, lane.destinations.size());
    while (tries > 0 && lane.credit > 0 && !lane.destinations.isEmpty()) {
      Iterator<Map.Entry<PeerId, Deque<Held>>> first =
          lane.destinations.entrySet().iterator();
      Map.Entry<PeerId, Deque<Held>> entry = first.next();
      PeerId to = entry.getKey();
      Deque<Held> queue = entry.getValue();
      first.remove();
      Held head = queue.peekFirst();
      if (head == null) continue;
      if (head.state != Held.State.WAITING) {
        queue.removeFirst();
      } else if (sender.send(head)) {
        queue.removeFirst();
        lane.credit -= head.bytes;
        progress = true;
      } else {
        tries--;
      }
      if (!queue.isEmpty()) lane.destinations.put(to, queue);
    }
    return progress;
  }
}
