package org.openagi.p2p.simulator.check;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.Outcome;

/** A message of the traffic and what became of it. */
final class Sent {
  final int serial;
  final int from;
  final int to;
  final Lane lane;
  final int payloadHash;
  final long sentNanos;
  final long expiresNanos;
  String messageId = "";
  boolean repeated;
  boolean accepted;

  @Nullable
  Outcome end;

  int timesHandled;
  int handledIncarnation;
  long handledNanos;
  long firstNanos;

  Sent(
      int serial, int from, int to, Lane lane, int payloadHash, long sentNanos, long expiresNanos) {
    this.serial = serial;
    this.from = from;
    this.to = to;
    this.lane = lane;
    this.payloadHash = payloadHash;
    this.sentNanos = sentNanos;
    this.expiresNanos = expiresNanos;
  }

  @Override
  public String toString() {
    return "message " + serial + " (" + messageId + ", n" + from + " to n" + to + ", " + lane + ")";
  }
}
