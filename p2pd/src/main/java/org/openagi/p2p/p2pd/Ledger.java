package org.openagi.p2p.p2pd;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Places that are taken and refusals that were made. Safe for any thread. */
final class Ledger {
  private final DaemonLimits limits;
  private final AtomicInteger clients = new AtomicInteger();
  private final AtomicInteger streams = new AtomicInteger();
  private final LongAdder requests = new LongAdder();
  private final Map<Refusal, LongAdder> refusals = new EnumMap<>(Refusal.class);

  Ledger(DaemonLimits limits) {
    this.limits = limits;
    for (Refusal cause : Refusal.values()) refusals.put(cause, new LongAdder());
  }

  boolean takeClient() {
    return take(clients, limits.clients());
  }

  void releaseClient() {
    clients.decrementAndGet();
  }

  boolean takeStream() {
    return take(streams, limits.streams());
  }

  void releaseStream() {
    streams.decrementAndGet();
  }

  private static boolean take(AtomicInteger places, int max) {
    if (places.incrementAndGet() <= max) return true;
    places.decrementAndGet();
    return false;
  }

  void countRequest() {
    requests.increment();
  }

  void count(Refusal cause) {
    LongAdder counter = refusals.get(cause);
    if (counter != null) counter.increment();
  }

  DaemonStats snapshot(int handlers) {
    Map<Refusal, Long> counts = new EnumMap<>(Refusal.class);
    refusals.forEach((cause, count) -> {
      if (count.sum() > 0) counts.put(cause, count.sum());
    });
    return new DaemonStats(clients.get(), streams.get(), handlers, requests.sum(), counts);
  }
}
