package org.openagi.p2p.messaging.bond;

import java.util.ArrayDeque;
import org.openagi.p2p.messaging.PeerLink;

/** One connection's part in a bond: its stream, and the segments on their way over it. Confined as its bond. */
public final class BondPath {
  /** A segment on its way. */
  record Flight(Segment segment, long sentNanos) {}

  /** What may be on its way over a path whatever was measured. */
  static final int MIN_FLIGHT_BYTES = 256 << 10;

  /** The most that is on its way over a path, and is sent again when it dies. */
  static final int MAX_FLIGHT_BYTES = 4 << 20;

  /** A path is late when it takes so long, and {@link #LATE_FACTOR} times what was expected. */
  static final long LATE_NANOS = 200_000_000;

  private static final int LATE_FACTOR = 4;

  private final long number;
  private final PeerLink link;
  private final PathMeter meter;

  // Sending.
  final ArrayDeque<Flight> flights = new ArrayDeque<>();
  long flightBytes;
  long framesArrived;
  long lastArrivedSentNanos;
  long usedAt;
  boolean usable;
  boolean late;
  boolean unflushed;

  // Receiving.
  long framesReceived;
  long framesAcknowledged;

  boolean gone;

  BondPath(long number, PeerLink link, PathMeter meter) {
    this.number = number;
    this.link = link;
    this.meter = meter;
  }

  /** Its number in the bond. */
  public long number() {
    return number;
  }

  /** Whether it was removed. */
  public boolean isGone() {
    return gone;
  }

  PeerLink link() {
    return link;
  }

  PathMeter meter() {
    return meter;
  }

  boolean maySend() {
    return usable && !late;
  }

  /** Whether less is on its way than twice what fills the path, so that it does not run dry. */
  boolean hasRoom() {
    return flightBytes < Math.clamp(2 * meter.fillBytes(), MIN_FLIGHT_BYTES, MAX_FLIGHT_BYTES);
  }

  /** In how many nanoseconds so many bytes are expected to arrive: no sooner than the oldest that are on their way. */
  long expectedNanos(int bytes, long nowNanos) {
    long expected = meter.expectedNanos(bytes, nowNanos);
    Flight oldest = flights.peekFirst();
    return oldest == null ? expected : Math.max(expected, nowNanos - oldest.sentNanos());
  }

  /** When it is late; {@link Bond#NEVER} if nothing is on its way. */
  long lateAtNanos(long nowNanos) {
    Flight oldest = flights.peekFirst();
    if (oldest == null || late) return Bond.NEVER;
    long patience = Math.max(LATE_NANOS, LATE_FACTOR * meter.expectedNanos(0, nowNanos));
    return oldest.sentNanos() + patience;
  }

  /** Whether this path shows that the peer is there while the other is late. */
  boolean outruns(BondPath other) {
    if (this == other || !maySend()) return false;
    Flight oldest = other.flights.peekFirst();
    if (oldest == null || flights.isEmpty()) return oldest != null;
    return framesArrived > 0 && lastArrivedSentNanos - oldest.sentNanos() > 0;
  }

  @Override
  public String toString() {
    return "path " + number + " with " + flights.size() + " segments on their way"
        + (usable ? "" : ", not welcomed") + (late ? ", late" : "");
  }

  /** All that was on its way. */
  void clearFlights(long nowNanos) {
    flights.clear();
    meter.onLost((int) flightBytes, nowNanos);
    flightBytes = 0;
  }
}
