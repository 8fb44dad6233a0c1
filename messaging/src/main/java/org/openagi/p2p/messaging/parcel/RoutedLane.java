package org.openagi.p2p.messaging.parcel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.parcel.Section.Place;

/** What a {@link ParcelSender} knows of one lane: how far it was sent and what of that was lost. Confined to its owner. */
final class RoutedLane {
  /** A stretch to be sent again, by another way than the last. */
  record Lost(Place start, Place end, @Nullable PeerId avoid) {}

  final Lane lane;
  final SendLane engine;

  /** Where what was never sent begins. */
  Place next = new Place(1, 0);

  /** Stretches to be sent again, the lowest first; never more than there were parcels on their way. */
  private final List<Lost> lost = new ArrayList<>();

  /** Whether the recipient should be told what is known here, or asked for a receipt. */
  boolean greet;

  /** When a message that is too short-lived ends, before which nothing is sent; 0 for none. */
  long blockedNanos;

  RoutedLane(Lane lane, SendLane engine) {
    this.lane = lane;
    this.engine = engine;
  }

  /** Begins anew with the lowest number. */
  void rewind() {
    next = new Place(engine.firstUnsettled(), 0);
    lost.clear();
    greet = false;
    blockedNanos = 0;
  }

  void onLost(Place start, Place end, @Nullable PeerId avoid) {
    if (end.compareTo(new Place(engine.firstUnsettled(), 0)) <= 0) return;
    lost.add(new Lost(start, end, avoid));
    lost.sort(Comparator.comparing(Lost::start));
  }

  @Nullable
  Lost takeLost() {
    while (!lost.isEmpty()) {
      Lost first = lost.removeFirst();
      if (new Place(engine.firstUnsettled(), 0).isBefore(first.end)) return first;
    }
    return null;
  }

  boolean hasLost() {
    return !lost.isEmpty();
  }

  boolean hasUnsent() {
    return hasLost() || next.number() < engine.end();
  }

  boolean hasUnsettled() {
    return engine.firstUnsettled() < engine.end();
  }
}
