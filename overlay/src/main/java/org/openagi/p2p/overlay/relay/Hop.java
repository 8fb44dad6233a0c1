package org.openagi.p2p.overlay.relay;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a neighbour was sent and has not answered, and how it usually answers. */
final class Hop {
  /** A neighbour that says nothing for so long, and longer than it used to take, is doubted. */
  static final long DOUBT_NANOS = 400_000_000L;

  /** So many times what it used to take. */
  private static final int DOUBT_FACTOR = 4;

  /** What it may take beyond that for each byte: a slow link passes 100 kB/s. */
  private static final long DOUBT_NANOS_PER_BYTE = 10_000;

  /** What it took so long before its last answer goes another way, too, when it is doubted. */
  static final long LATELY_NANOS = 1_000_000_000L;

  /** Of so many parcels that others were given instead it is known that an answer of it may still come. */
  static final int MAX_LATE = 4096;

  /** Parcels that it has not answered, in the order in which they were sent. */
  final Map<ParcelKey, Held> sent = new LinkedHashMap<>();

  long sentBytes;
  long pausedUntilNanos;

  /** It has said nothing for longer than it usually takes, whether or not there are others to give anything to. */
  boolean silent;

  /** When it fell silent, or when last something was taken back that it had not answered. */
  long silentNanos;

  /** Others were given what it had not answered, and get what is new as long as it says nothing. */
  boolean doubted;

  long doubtedNanos;

  /** Some of what others were given was not for itself, so that it is of no use on the way to anybody. */
  boolean replaced;

  private long answeredNanos;

  /** What others were given because it had not answered. */
  private final Set<ParcelKey> late = new LinkedHashSet<>();

  /** From sending to TAKEN, smoothed; 0 if none was taken yet. */
  private long takenAfterNanos;

  /** Its round trip when it was sent something last; 0 if it was not measured. */
  private long rttNanos;

  Hop(long nowNanos) {
    pausedUntilNanos = nowNanos;
    answeredNanos = nowNanos;
  }

  void onSent(Held parcel, long nowNanos, int rttMicros) {
    rttNanos = rttMicros * 1_000L;
    if (sent.isEmpty()) answeredNanos = nowNanos;
    sent.put(parcel.key, parcel);
    sentBytes += parcel.bytes;
  }

  void unsend(Held parcel) {
    if (sent.remove(parcel.key) != null) sentBytes -= parcel.bytes;
  }

  /** Others get a parcel that it has not answered; of too many the oldest are forgotten. */
  void onLate(ParcelKey key) {
    late.add(key);
    if (late.size() <= MAX_LATE) return;
    Iterator<ParcelKey> oldest = late.iterator();
    oldest.next();
    oldest.remove();
  }

  /** Whether an answer belongs to what it was sent, be it something that others were given since. */
  boolean onAnswer(ParcelKey key, long nowNanos) {
    boolean wasLate = late.remove(key);
    if (!wasLate && !sent.containsKey(key)) return false;
    onSignOfLife(nowNanos);
    return true;
  }

  void onSignOfLife(long nowNanos) {
    answeredNanos = nowNanos;
  }

  /** Whether it took a parcel so shortly before it fell silent that it may not have got it on. */
  boolean tookLately(Held copy) {
    return copy.sinceNanos > answeredNanos - LATELY_NANOS;
  }

  /** No more is waited for. Returns whether it owes an answer. */
  boolean forgetLate() {
    boolean owes = !late.isEmpty();
    late.clear();
    return owes;
  }

  void onTaken(long afterNanos) {
    takenAfterNanos =
        takenAfterNanos == 0 ? afterNanos : takenAfterNanos + (afterNanos - takenAfterNanos) / 8;
  }

  void fallSilent(long nowNanos) {
    silent = true;
    silentNanos = nowNanos;
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

  /** What waits for an answer for so long, if it says nothing at all. */
  List<Held> unansweredFor(long nanos, long nowNanos) {
    if (nowNanos - silentSinceNanos() < nanos) return List.of();
    return sent.values().stream()
        .filter(each -> nowNanos - each.sinceNanos >= nanos)
        .toList();
  }

  /** After which silence it is doubted. */
  long patienceNanos() {
    long answer = takenAfterNanos == 0 ? rttNanos : takenAfterNanos;
    long usual = answer == 0 ? DOUBT_NANOS : DOUBT_FACTOR * answer;
    long bytes = sent.isEmpty() ? 0 : sent.values().iterator().next().bytes;
    return DOUBT_NANOS + usual + bytes * DOUBT_NANOS_PER_BYTE;
  }
}
