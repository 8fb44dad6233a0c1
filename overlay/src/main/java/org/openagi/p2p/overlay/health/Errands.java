package org.openagi.p2p.overlay.health;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayMachine;

/** Questions of neighbours about third peers that we probe before we answer. Confined to its owner. */
final class Errands {
  /** Most that wait, for all, and for one neighbour. */
  static final int MAX = 256;

  static final int MAX_PER_ASKER = 64;

  /** One question. */
  record Errand(PeerId asker, long id, PeerId about, long untilNanos) {}

  private final Deque<Errand> waiting = new ArrayDeque<>();
  private final Map<PeerId, Integer> perAsker = new HashMap<>();

  /** Whether there was room for it. */
  boolean add(Errand errand) {
    if (waiting.size() >= MAX || perAsker.getOrDefault(errand.asker, 0) >= MAX_PER_ASKER) {
      return false;
    }
    waiting.addLast(errand);
    perAsker.merge(errand.asker, 1, Integer::sum);
    return true;
  }

  /** Takes out those about a peer. */
  void takeAbout(PeerId about, Consumer<Errand> each) {
    if (waiting.isEmpty()) return;
    for (Iterator<Errand> it = waiting.iterator(); it.hasNext(); ) {
      Errand errand = it.next();
      if (!errand.about.equals(about)) continue;
      remove(it, errand);
      each.accept(errand);
    }
  }

  /** Takes out those whose time is over. */
  void takeExpired(long nowNanos, Consumer<Errand> each) {
    if (waiting.isEmpty()) return;
    for (Iterator<Errand> it = waiting.iterator(); it.hasNext(); ) {
      Errand errand = it.next();
      if (errand.untilNanos > nowNanos) continue;
      remove(it, errand);
      each.accept(errand);
    }
  }

  private void remove(Iterator<Errand> it, Errand errand) {
    it.remove();
    perAsker.computeIfPresent(errand.asker, (asker, n) -> n > 1 ? n - 1 : null);
  }

  int size() {
    return waiting.size();
  }

  /** When the first one's time is over; NEVER if none waits. */
  long dueNanos() {
    long due = OverlayMachine.NEVER;
    for (Errand each : waiting) due = Math.min(due, each.untilNanos);
    return due;
  }
}
