package org.openagi.p2p.messaging.parcel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Judges neighbours that took parcels for one recipient by what the recipient's receipts say. That nothing is heard says nothing
 * of who took it: the recipient may be gone. Only once something arrives by another neighbour is what this one took lost.
 */
final class Carriers {
  /** Neighbours of which nothing was heard; more are not judged. */
  static final int MAX_SILENT = 16;

  private final PeerId recipient;
  private final ParcelSenderListener listener;
  private final Map<PeerId, Integer> silent = new LinkedHashMap<>();

  Carriers(PeerId recipient, ParcelSenderListener listener) {
    this.recipient = recipient;
    this.listener = listener;
  }

  /** What a neighbour took was not heard of in time. */
  void onSilence(@Nullable PeerId by) {
    if (by == null || by.equals(recipient)) return;
    if (silent.size() < MAX_SILENT || silent.containsKey(by)) silent.merge(by, 1, Integer::sum);
  }

  /** What a neighbour took arrived. */
  void onArrived(@Nullable PeerId by) {
    if (by == null || by.equals(recipient)) return;
    silent.remove(by); // it may well be the recipient, or the way behind it
    listener.onCarried(by);
    silent.forEach((other, parcels) -> {
      for (int i = 0; i < parcels; i++) listener.onLost(other);
    });
    silent.clear();
  }

  /** What a neighbour took did not arrive, but what was sent later did. */
  void onOvertaken(@Nullable PeerId by) {
    if (by != null && !by.equals(recipient)) listener.onLost(by);
  }
}
