package org.openagi.p2p.overlay.membership;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Peers that may become neighbours. Of some this node knows by itself that they exist, because it was linked to them or was told
 * by its user: these are never displaced by what others tell. Of what others tell, each may fill a quarter at most, and what one
 * told gives way to what it tells later. Bounded; confined to its owner.
 */
final class Candidates {
  /** After so many failed dials in a row a peer of whom this node knows by hearsay is forgotten. */
  static final int HEARSAY_FAILURES_MAX = 2;

  /** Pause after the first failure, doubled with each. */
  private static final long FAILED_PAUSE_NANOS = 1_000_000_000L;

  private static final long FAILED_PAUSE_MAX_NANOS = 60_000_000_000L;

  /** One of them. */
  static final class Candidate {
    private PeerEntry entry;
    private final @Nullable PeerId source;
    private final boolean known;
    private int failures;
    private long pausedUntilNanos;
    private boolean paused;

    Candidate(PeerEntry entry, @Nullable PeerId source, boolean known) {
      this.entry = entry;
      this.source = source;
      this.known = known;
    }

    PeerEntry entry() {
      return entry;
    }

    boolean isKnown() {
      return known;
    }
  }

  private final int max;
  private final RandomGenerator random;
  private final Map<PeerId, Candidate> all = new LinkedHashMap<>();
  private int known;

  Candidates(int max, RandomGenerator random) {
    this.max = max;
    this.random = random;
  }

  int size() {
    return all.size();
  }

  int known() {
    return known;
  }

  boolean contains(PeerId peer) {
    return all.containsKey(peer);
  }

  /** Adds a peer that this node knows by itself, in place of what was heard of it. */
  Candidate addKnown(PeerEntry entry) {
    Candidate old = all.get(entry.peer());
    if (old != null && old.known) {
      if (!entry.addresses().isEmpty()) old.entry = entry;
      return old;
    }
    if (old != null) remove(entry.peer());
    if (known >= max / 2) evict(each -> each.known, true);
    if (all.size() >= max) evict(each -> !each.known, false);
    Candidate made = new Candidate(entry, null, true);
    all.put(entry.peer(), made);
    known++;
    return made;
  }

  /**
   * Adds a peer that was told of.
   *
   * @param source the neighbour that told; null for a multicast announcement, which counts as one source of twice the size
   * @return whether it was added
   */
  boolean addHeard(PeerEntry entry, @Nullable PeerId source) {
    Candidate old = all.get(entry.peer());
    if (old != null) {
      // Whoever told first is believed until a dial shows otherwise, except by itself.
      boolean same = !old.known && Objects.equals(old.source, source);
      if (same || old.entry.addresses().isEmpty()) old.entry = entry;
      return false;
    }
    Predicate<Candidate> ofSource = each -> !each.known && Objects.equals(each.source, source);
    int share = source == null ? max / 2 : max / 4;
    if (count(ofSource) >= share) evict(ofSource, false);
    else if (all.size() >= max) evict(each -> !each.known, false);
    all.put(entry.peer(), new Candidate(entry, source, false));
    return true;
  }

  private int count(Predicate<Candidate> which) {
    int count = 0;
    for (Candidate each : all.values()) if (which.test(each)) count++;
    return count;
  }

  /** Removes the oldest or a random one of some. */
  private void evict(Predicate<Candidate> which, boolean oldest) {
    int at = oldest ? 0 : random.nextInt(Math.max(1, count(which)));
    for (Candidate each : all.values()) {
      if (which.test(each) && at-- == 0) {
        remove(each.entry.peer());
        return;
      }
    }
  }

  @Nullable
  Candidate remove(PeerId peer) {
    Candidate removed = all.remove(peer);
    if (removed != null && removed.known) known--;
    return removed;
  }

  /** What one source told goes: it lied. */
  void removeHeardFrom(PeerId source) {
    Iterator<Candidate> each = all.values().iterator();
    while (each.hasNext()) if (source.equals(each.next().source)) each.remove();
  }

  /** Leaves a peer alone for a while. */
  void pause(PeerId peer, long untilNanos) {
    Candidate found = all.get(peer);
    if (found == null) return;
    found.paused = true;
    found.pausedUntilNanos = untilNanos;
  }

  /**
   * A dial failed.
   *
   * @param keep whether to keep it although it was heard of only, for want of better ones
   */
  void onFailed(PeerId peer, boolean keep, long nowNanos) {
    Candidate found = all.get(peer);
    if (found == null) return;
    found.failures++;
    if (!found.known && !keep && found.failures >= HEARSAY_FAILURES_MAX) {
      remove(peer);
      return;
    }
    long pause =
        Math.min(FAILED_PAUSE_MAX_NANOS, FAILED_PAUSE_NANOS << Math.min(10, found.failures - 1));
    pause(peer, nowNanos + pause + random.nextLong(pause / 4 + 1));
  }

  /** A random one of those that may be dialed, with even chances one that this node knows by itself or one it heard of. */
  @Nullable
  Candidate pick(Predicate<Candidate> usable, long nowNanos) {
    boolean preferKnown = random.nextBoolean();
    Candidate chosen = null;
    boolean chosenPreferred = false;
    int seen = 0;
    for (Candidate each : all.values()) {
      if (isPaused(each, nowNanos) || !usable.test(each)) continue;
      boolean preferred = each.known == preferKnown;
      if (preferred && !chosenPreferred) {
        seen = 0;
        chosenPreferred = true;
      }
      if (preferred != chosenPreferred) continue;
      if (random.nextInt(++seen) == 0) chosen = each;
    }
    return chosen;
  }

  private static boolean isPaused(Candidate each, long nowNanos) {
    if (each.paused && each.pausedUntilNanos - nowNanos <= 0) each.paused = false;
    return each.paused;
  }

  /** When the next pause ends, or {@link Long#MAX_VALUE}. */
  long nextPauseEndNanos(long nowNanos) {
    long next = Long.MAX_VALUE;
    for (Candidate each : all.values()) {
      if (isPaused(each, nowNanos)) next = Math.min(next, each.pausedUntilNanos);
    }
    return next;
  }

  /** Pauses end no later than so. */
  void hurry(long latestNanos) {
    for (Candidate each : all.values()) {
      if (each.paused && each.pausedUntilNanos - latestNanos > 0)
        each.pausedUntilNanos = latestNanos;
    }
  }

  /** Random entries with addresses, at most so many. */
  List<PeerEntry> sample(int count, Predicate<PeerId> which) {
    List<PeerEntry> sample = new ArrayList<>(count);
    if (count <= 0) return sample;
    int seen = 0;
    for (Candidate each : all.values()) {
      if (each.entry.addresses().isEmpty() || !which.test(each.entry.peer())) continue;
      seen++;
      if (sample.size() < count) {
        sample.add(each.entry);
      } else {
        int at = random.nextInt(seen);
        if (at < count) sample.set(at, each.entry);
      }
    }
    return sample;
  }

  List<PeerEntry> entries() {
    return all.values().stream().map(Candidate::entry).toList();
  }
}
