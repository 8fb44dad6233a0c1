package org.openagi.p2p.net.mux;

import org.jspecify.annotations.Nullable;

/**
 * Which stream sends next. Streams that have just got something to send go first for one quantum, so
 * a small message overtakes bulk transfers; whoever has more takes its turns in a ring. Of {@link
 * #FRESH_RUN} turns in a row at least one is given to the ring, so nobody starves.
 *
 * <p>Intrusive lists, no allocation. Confined to the event loop.
 */
final class SendScheduler {
  /** Turns that fresh streams may take before the ring gets one. */
  static final int FRESH_RUN = 8;

  private final StreamQueue fresh = new StreamQueue();
  private final StreamQueue ring = new StreamQueue();
  private int freshRun;

  /** A stream that was idle has something to send. */
  void addFresh(YamuxMuxedStream stream) {
    fresh.add(stream);
  }

  /** A stream has more to send than its turn allowed. */
  void addToRing(YamuxMuxedStream stream) {
    ring.add(stream);
  }

  boolean isEmpty() {
    return fresh.isEmpty() && ring.isEmpty();
  }

  @Nullable
  YamuxMuxedStream next() {
    if (!fresh.isEmpty() && (ring.isEmpty() || freshRun < FRESH_RUN)) {
      freshRun++;
      return fresh.poll();
    }
    freshRun = 0;
    return ring.poll();
  }

  /** A first-in first-out list linked through the streams; a stream is in at most one. */
  private static final class StreamQueue {
    private @Nullable YamuxMuxedStream head;
    private @Nullable YamuxMuxedStream tail;

    boolean isEmpty() {
      return head == null;
    }

    void add(YamuxMuxedStream stream) {
      if (tail == null) head = stream;
      else tail.nextReady = stream;
      tail = stream;
    }

    @Nullable
    YamuxMuxedStream poll() {
      YamuxMuxedStream first = head;
      if (first == null) return null;
      head = first.nextReady;
      if (head == null) tail = null;
      first.nextReady = null;
      return first;
    }
  }
}
