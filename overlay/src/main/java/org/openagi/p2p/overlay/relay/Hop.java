package org.openagi.p2p.overlay.relay;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a neighbour was sent and has not answered, and how it usually answers. */
final class Hop {
  /** A neighbour that says nothing for so long, and longer than it used to take, is doubted. */
  static final long DOUBT_NANOS = 400_000_000L;

  /** So many times what it used to take. */
  private static final int DOUBT_FACTOR = 4;

  /** What it may take beyond that for each byte: a slow link passes 100 kB/s. */
  private static final long DOUBT_NANOS_PER_BYTE = 10_000;

  /** Parcels that it has not answered, in the order in which they were sent. */
  final Map<ParcelKey, Held> sent = new LinkedHashMap<>();

  long sentBytes;
  long pausedUntilNanos;

  /** Others were given what it had not answered, and get what is new as long as it says nothing. */
  boolean doubted;

  long doubtedNanos;
  private long answeredNanos;

  /** From sending to TAKEN, smoothed; 0 if none was taken yet. */
  private long takenAfterNanos;

  Hop(long nowNanos) {
    pausedUntilNanos = nowNanos;
    answeredNanos = nowNanos;
  }

  void onSent(Held parcel, long nowNanos) {
    if (sent.isEmpty()) answeredNanos = nowNanos;
    sent.put(parcel.key, parcel);
    sentBytes += parcel.bytes;
  }

  void unsend(Held parcel) {
    if (sent.remove(parcel.key) != null) sentBytes -= parcel.bytes;
  }

  /** It said something, be it of what others were given since. */
  void onAnswer(long nowNanos) {
    answeredNanos = nowNanos;
    doubted = false;
  }

  void onTaken(long afterNanos) {
    takenAfterNanos =
        takenAfterNanos == 0 ? afterNanos : takenAfterNanos + (afterNanos - takenAfterNanos) / 8;
  }

  void doubt(long nowNanos) {
    doubted = true;
    doubtedNanos = nowNanos;
  }

  long linkMicros() {
    return Math.clamp(takenAfterNanos / 1000, 0, Parcel.MAX_HELD_MICROS);
  }

  /** Since when an answer is awaited, if one is. */
  long silentSinceNanos() {
    return sent.isEmpty()
        ? answeredNanos
        : Math.max(answeredNanos, sent.values().iterator().next().sinceNanos);
  }

  /** After which silence it is doubted. */
  long patienceNanos() {
    long usual = takenAfterNanos == 0 ? DOUBT_NANOS : DOUBT_FACTOR * takenAfterNanos;
    long bytes = sent.isEmpty() ? 0 : sent.values().iterator().next().bytes;
    return DOUBT_NANOS + usual + bytes * DOUBT_NANOS_PER_BYTE;
  }
}
