package org.openagi.p2p.overlay.broadcast;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/**
 * The latest messages, for those who missed them; bounded in bytes, number and time. Confined to its owner.
 */
final class MessageCache {
  /** Most messages kept, however small. */
  static final int MESSAGES_MAX = 65_536;

  /** What a message takes besides its payload, roughly. */
  private static final int OVERHEAD_BYTES = 256;

  /** A message that was taken over. */
  static final class Cached {
    final BroadcastMessage message;
    /** Links that it passed to get here; 0 for a message of this node. */
    final int hops;
    /** Who sent it; null for a message of this node. */
    final @Nullable PeerId by;

    final long arrivedNanos;
    /** Who has it as well, as long as it is news. */
    private List<Branch> hadBy = List.of();
    /** Who should have got it over an eager link that took no more. */
    private List<Branch> notTakenBy = List.of();

    Cached(BroadcastMessage message, int hops, @Nullable PeerId by, long arrivedNanos) {
      this.message = message;
      this.hops = hops;
      this.by = by;
      this.arrivedNanos = arrivedNanos;
    }

    void addHadBy(Branch branch) {
      if (hadBy.isEmpty()) hadBy = new ArrayList<>(2);
      hadBy.add(branch);
    }

    void addNotTakenBy(Branch branch) {
      if (notTakenBy.isEmpty()) notTakenBy = new ArrayList<>(2);
      notTakenBy.add(branch);
    }

    /** Whether it is news for a neighbour. */
    boolean isNewsFor(Branch branch) {
      return (!branch.isEager() || notTakenBy.contains(branch)) && !hadBy.contains(branch);
    }

    /** It is no news any more. */
    void announced() {
      hadBy = List.of();
      notTakenBy = List.of();
    }

    private int bytes() {
      return message.payload().length() + OVERHEAD_BYTES;
    }
  }

  private final int maxBytes;
  private final long keptNanos;
  private final Map<MessageId, Cached> all = new LinkedHashMap<>();
  private long bytes;
  private long eldestNanos; // when the eldest came; asked for so often that it is kept at hand

  MessageCache(BroadcastConfig config) {
    this.maxBytes = config.cacheBytes();
    this.keptNanos = config.cacheMillis() * 1_000_000;
  }

  void add(Cached cached) {
    if (all.isEmpty()) eldestNanos = cached.arrivedNanos;
    all.put(new MessageId(Source.of(cached.message), cached.message.number()), cached);
    bytes += cached.bytes();
    while (bytes > maxBytes || all.size() > MESSAGES_MAX) removeEldest();
  }

  private void removeEldest() {
    Iterator<Cached> each = all.values().iterator();
    bytes -= each.next().bytes();
    each.remove();
    if (each.hasNext()) eldestNanos = each.next().arrivedNanos;
  }

  void expire(long nowNanos) {
    while (!all.isEmpty() && eldestNanos + keptNanos - nowNanos <= 0) removeEldest();
  }

  /** When the eldest goes, or {@link Long#MAX_VALUE}. */
  long nextExpiryNanos() {
    return all.isEmpty() ? Long.MAX_VALUE : eldestNanos + keptNanos;
  }

  @Nullable
  Cached find(Source source, long number) {
    return all.get(new MessageId(source, number));
  }

  int size() {
    return all.size();
  }

  long bytes() {
    return bytes;
  }

  /** All messages as they are told to a new neighbour, the latest ones if there are too many. */
  List<BroadcastFrame.Group> groups(long nowNanos) {
    return group(new ArrayList<>(all.values()), nowNanos);
  }

  /** Messages as groups of ranges, bounded as frames are; what exceeds the bounds is left out, the eldest first. */
  static List<BroadcastFrame.Group> group(List<Cached> messages, long nowNanos) {
    Map<Source, List<Cached>> bySource = new LinkedHashMap<>();
    for (int i = messages.size() - 1; i >= 0; i--) {
      Cached each = messages.get(i);
      Source source = Source.of(each.message);
      List<Cached> known = bySource.get(source);
      if (known == null) {
        if (bySource.size() == BroadcastFrame.MAX_SOURCES) continue;
        known = new ArrayList<>();
        bySource.put(source, known);
      }
      known.add(each);
    }
    List<BroadcastFrame.Group> groups = new ArrayList<>(bySource.size());
    int left = BroadcastFrame.MAX_RANGES;
    for (Map.Entry<Source, List<Cached>> each : bySource.entrySet()) {
      if (left == 0) break;
      List<BroadcastFrame.Range> ranges = ranges(each.getValue(), left, nowNanos);
      left -= ranges.size();
      Source source = each.getKey();
      groups.add(new BroadcastFrame.Group(source.origin(), source.epoch(), ranges));
    }
    return groups;
  }

  private static List<BroadcastFrame.Range> ranges(List<Cached> ofSource, int max, long nowNanos) {
    ofSource.sort((one, other) -> Long.compare(other.message.number(), one.message.number()));
    List<BroadcastFrame.Range> ranges = new ArrayList<>(1);
    int at = 0;
    while (at < ofSource.size() && ranges.size() < max) {
      Cached last = ofSource.get(at);
      long first = last.message.number();
      long arrived = last.arrivedNanos;
      at++;
      while (at < ofSource.size() && ofSource.get(at).message.number() == first - 1) {
        first--;
        arrived = Math.min(arrived, ofSource.get(at).arrivedNanos);
        at++;
      }
      long age = Math.max(0, nowNanos - arrived) / 100_000_000;
      long count = last.message.number() - first + 1;
      ranges.add(new BroadcastFrame.Range(first, count, last.hops, age));
    }
    return ranges;
  }

  /** Numbers by source as groups without hops and ages. */
  static List<BroadcastFrame.Group> group(Map<Source, NumberRanges> numbers) {
    List<BroadcastFrame.Group> groups = new ArrayList<>(numbers.size());
    int left = BroadcastFrame.MAX_RANGES;
    for (Map.Entry<Source, NumberRanges> each : numbers.entrySet()) {
      if (left == 0 || groups.size() == BroadcastFrame.MAX_SOURCES) break;
      NumberRanges of = each.getValue();
      int count = Math.min(left, of.ranges());
      List<BroadcastFrame.Range> ranges = new ArrayList<>(count);
      for (int i = of.ranges() - count; i < of.ranges(); i++) {
        ranges.add(new BroadcastFrame.Range(of.first(i), of.last(i) - of.first(i) + 1, 0, 0));
      }
      left -= count;
      groups.add(new BroadcastFrame.Group(each.getKey().origin(), each.getKey().epoch(), ranges));
    }
    return groups;
  }
}
