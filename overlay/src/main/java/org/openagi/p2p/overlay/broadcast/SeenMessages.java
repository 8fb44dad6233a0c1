package org.openagi.p2p.overlay.broadcast;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.limits.TokenBucket;

/**
 * Which messages were here, by source. A source is forgotten when nothing was heard of it for so long that all its messages are
 * too old to be accepted, or, with too many of them, when it is the one heard of least recently. Confined to its owner.
 */
final class SeenMessages {
  /** What is remembered of a source. */
  static final class Seen {
    private final NumberRanges numbers = new NumberRanges();
    private @Nullable TokenBucket messages;
    private @Nullable TokenBucket bytes;
    private long heardNanos;

    NumberRanges numbers() {
      return numbers;
    }

    /** Whether a message more is within the limits of its origin, times {@code factor}. */
    boolean admit(int size, int factor, BroadcastConfig config, long nowNanos) {
      if (messages == null || bytes == null) {
        long perSecond = (long) factor * config.messagesPerSecond();
        long bytesPerSecond = factor * config.bytesPerSecond();
        messages = new TokenBucket(perSecond, perSecond, nowNanos);
        bytes = new TokenBucket(bytesPerSecond, bytesPerSecond, nowNanos);
      }
      return bytes.available(nowNanos) >= size
          && messages.tryTake(1, nowNanos)
          && bytes.tryTake(size, nowNanos);
    }
  }

  private final BroadcastConfig config;
  private final Map<Source, Seen> sources = new LinkedHashMap<>(4, 0.75f, true);

  SeenMessages(BroadcastConfig config) {
    this.config = config;
  }

  int size() {
    return sources.size();
  }

  boolean contains(Source source, long number) {
    Seen found = sources.get(source);
    return found != null && found.numbers.contains(number);
  }

  @Nullable
  Seen find(Source source) {
    return sources.get(source);
  }

  Seen get(Source source, long nowNanos) {
    Seen found = sources.get(source);
    if (found == null) {
      found = new Seen();
      found.heardNanos = nowNanos;
      forgetSome(nowNanos);
      sources.put(source, found);
    }
    return found;
  }

  /** Adds a message; returns false if it was here. */
  boolean add(Seen seen, long number, long nowNanos) {
    seen.heardNanos = nowNanos;
    return seen.numbers.add(number);
  }

  private void forgetSome(long nowNanos) {
    long keptNanos = 2 * config.maxAgeMillis() * 1_000_000;
    Iterator<Seen> eldest = sources.values().iterator();
    while (eldest.hasNext()) {
      boolean isOver = nowNanos - eldest.next().heardNanos > keptNanos;
      if (!isOver && sources.size() < config.maxSources()) return;
      eldest.remove();
    }
  }
}
