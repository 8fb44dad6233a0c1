package org.openagi.p2p.messaging.parcel;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.parcel.Section.Place;

/** A parcel with messages on its way, as its sender knows it. Confined to the sender's owner. */
final class SentParcel {
  private static final int PATIENT = 5;

  final Bytes id;
  final Lane lane;
  final Place start;
  final Place end;
  final int bytes;
  final long sentNanos;
  final boolean mail;

  /** Who took it over, null until somebody did. */
  @Nullable
  PeerId by;

  /** Whether the recipient's process said that it came. */
  boolean arrived;

  /** When something is done about it if nothing was heard. */
  long dueNanos;

  /** How often the recipient was asked what became of it, and did not say. */
  int asked;

  SentParcel(
      Bytes id,
      Lane lane,
      Place start,
      Place end,
      int bytes,
      long sentNanos,
      boolean mail,
      long dueNanos) {
    this.id = id;
    this.lane = lane;
    this.start = start;
    this.end = end;
    this.bytes = bytes;
    this.sentNanos = sentNanos;
    this.mail = mail;
    this.dueNanos = dueNanos;
  }

  /** The recipient's process lives: it has what it said it has. Questions stay as rare as they have become. */
  void onHeardOf() {
    asked = Math.min(asked, PATIENT);
  }

  /** Whether everything in it is below a number. */
  boolean isBelow(long number) {
    return end.number() < number || (end.number() == number && end.offset() == 0);
  }

  /** Whether it holds a message, or a part of it. */
  boolean holds(long number) {
    return start.number() <= number
        && (end.number() > number || (end.number() == number && end.offset() > 0));
  }
}
