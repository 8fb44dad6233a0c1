package org.openagi.p2p.messaging.journal;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/** A lane to a recipient as the records tell it. Confined to who reads them. */
final class OutboxImage {
  /** Numbers between the first that waits and the next: what a table of them may take. */
  static final long MAX_SPAN = 1L << 24;

  final PeerId recipient;
  final Lane lane;
  final TreeMap<Long, OutboxEntry> entries = new TreeMap<>();
  long epoch;
  long next = 1;
  long settledEnd = 1;
  long forgottenEnd = 1;

  OutboxImage(PeerId recipient, Lane lane, long epoch) {
    this.recipient = recipient;
    this.lane = lane;
    this.epoch = epoch;
  }

  LaneNumbering numbering() {
    return new LaneNumbering(epoch, lane);
  }

  /** All below are settled; what ended in between is as well. */
  long firstWaiting() {
    return entries.isEmpty() ? next : entries.firstKey();
  }

  /** Why this cannot be, null if it can. */
  @Nullable
  String tooWide(int id) {
    long span = next - firstWaiting();
    return span <= MAX_SPAN
        ? null
        : "outbox " + id + " spans " + span + " numbers, allowed are " + MAX_SPAN;
  }

  void settle(long end) {
    settledEnd = Math.max(settledEnd, end);
    next = Math.max(next, end);
    entries.headMap(settledEnd).clear();
  }

  void add(OutboxEntry entry) {
    next = Math.max(next, entry.number() + 1);
    if (entry.number() >= settledEnd) entries.put(entry.number(), entry);
  }

  /** What stands for a number that ended while an earlier one waits. */
  OutboxEntry gap(LaneNumbering numbering, long number) {
    return empty(numbering, number).ended(Outcome.Acknowledged.INSTANCE);
  }

  /** What stands for a message that is only counted: it takes no memory for its payload. */
  OutboxEntry placeholder(long number) {
    return empty(numbering(), number);
  }

  private OutboxEntry empty(LaneNumbering numbering, long number) {
    NetworkMessage nothing = NetworkMessage.data(recipient.toString(), Bytes.EMPTY);
    return OutboxEntry.recovered(nothing, numbering, number, 0, 0);
  }

  /** The same messages under new numbers and a new epoch: what was sent under the old ones is not known. */
  void renumber(long newEpoch) {
    epoch = newEpoch;
    LaneNumbering numbering = numbering();
    long number = 1;
    TreeMap<Long, OutboxEntry> old = new TreeMap<>(entries);
    entries.clear();
    for (OutboxEntry entry : old.values()) {
      entries.put(number, entry.renumbered(numbering, number));
      number++;
    }
    next = number;
    settledEnd = 1;
  }
}
