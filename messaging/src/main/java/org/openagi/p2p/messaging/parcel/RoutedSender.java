package org.openagi.p2p.messaging.parcel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.inbox.Inbox;
import org.openagi.p2p.overlay.relay.Parcel;

/** What a {@link ParcelReceiver} knows of one sender: its lanes and what a receipt has to say. Confined to its owner. */
final class RoutedSender {
  static final long NEVER = Long.MAX_VALUE;

  /** In how many receipts an arrival is told: one may be lost. */
  private static final int TOLD_TIMES = 2;

  record Key(Lane lane, long epoch) {}

  private static final class Arrived {
    final Parcel parcel;
    final long nanos;
    int told;

    Arrived(Parcel parcel, long nanos) {
      this.parcel = parcel;
      this.nanos = nanos;
    }
  }

  final PeerId peer;
  final Map<Key, RoutedInbox> lanes = new LinkedHashMap<>(8, 0.75f, true);
  private final ArrayDeque<Arrived> arrivals = new ArrayDeque<>();
  private final Map<Key, Long> toldEnds = new LinkedHashMap<>();

  /** Random; another one means that what was taken in and not settled is lost. */
  long incarnation;

  /** When a receipt is to be sent; {@link #NEVER} if there is nothing to say. */
  long receiptDueNanos = NEVER;

  /** What it announced to seal with in the last section; empty if nothing. */
  Bytes replyKey = Bytes.EMPTY;

  long lastReceiptNanos;
  boolean hadReceipt;
  long lastHeardNanos;

  RoutedSender(PeerId peer, long incarnation) {
    this.peer = peer;
    this.incarnation = incarnation;
  }

  /** The state of a lane, made by the caller if there is none. Null if there are too many in use. */
  @Nullable
  RoutedInbox idleToForget() {
    for (Iterator<RoutedInbox> oldest = lanes.values().iterator(); oldest.hasNext(); ) {
      RoutedInbox each = oldest.next();
      if (each.isIdle()) return each;
    }
    return null;
  }

  void forget(RoutedInbox lane) {
    Key key = new Key(lane.lane, lane.epoch);
    lane.close();
    lanes.remove(key);
    toldEnds.remove(key);
  }

  long heldBytes() {
    long sum = 0;
    for (RoutedInbox lane : lanes.values()) sum += lane.heldBytes();
    return sum;
  }

  int heldSections() {
    int sum = 0;
    for (RoutedInbox lane : lanes.values()) sum += lane.heldSections();
    return sum;
  }

  boolean isIdle() {
    for (RoutedInbox lane : lanes.values()) if (!lane.isIdle()) return false;
    return receiptDueNanos == NEVER;
  }

  void onArrived(Parcel parcel, long nowNanos) {
    if (arrivals.size() >= Receipt.MAX_ARRIVALS) arrivals.removeFirst();
    arrivals.addLast(new Arrived(parcel, nowNanos));
  }

  /** Asks for a receipt at a time, or before. */
  void receiptDue(long atNanos) {
    receiptDueNanos = Math.min(receiptDueNanos, atNanos);
  }

  /** Whether something was settled that no receipt told of, and that the sender does not know. */
  boolean hasNews() {
    for (var each : lanes.entrySet()) {
      RoutedInbox lane = each.getValue();
      long known = Math.max(lane.first(), toldEnds.getOrDefault(each.getKey(), 1L));
      if (lane.settledEnd() > known) return true;
    }
    return false;
  }

  /** What there is to say now; counts as said. */
  Receipt receipt(Inbox inbox, long roomBytes, long nowNanos) {
    List<Receipt.LaneReceipt> told = new ArrayList<>();
    for (var each : lanes.entrySet()) {
      RoutedInbox lane = each.getValue();
      Ack ack = inbox.receipt(peer, lane.lane, lane.epoch, lane.first(), Receipt.MAX_EXCEPTIONS);
      if (ack == null) continue;
      told.add(new Receipt.LaneReceipt(lane.lane, lane.epoch, ack));
      toldEnds.put(each.getKey(), ack.settled() + 1);
    }
    List<Receipt.Arrival> came = new ArrayList<>();
    for (Arrived each : arrivals) {
      each.told++;
      came.add(new Receipt.Arrival(
          each.parcel.id(), Math.max(0, (nowNanos - each.nanos) / 1_000), each.parcel.trail()));
    }
    arrivals.removeIf(each -> each.told >= TOLD_TIMES);
    return new Receipt(incarnation, roomBytes, told, came);
  }
}
