package org.openagi.p2p.messaging.pace;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.testkit.SeededRandom;

/** Senders with demands of all kinds on one pace, in virtual time, with timers that are late. */
final class PaceSim {
  static final long SECOND = 1_000_000_000;
  static final long MILLI = 1_000_000;
  private static final long LATE_NANOS = 3 * MILLI;

  private record Event(long atNanos, long order, Runnable action) {}

  /** Somebody who sends through a lane. */
  final class Load {
    final PaceLane lane;
    private final int chunkBytes;
    private long backlog;
    private long waitingSince = -1;
    long sent;
    long longestWaitNanos;
    long waits;

    Load(PacePeer peer, Lane of, int chunkBytes) {
      this.lane = pace.addLane(peer, of, this::run);
      this.chunkBytes = chunkBytes;
      loads.add(this);
    }

    /** Has always something to send. */
    Load greedy() {
      offer(Long.MAX_VALUE / 2);
      return this;
    }

    /** Has a message of some size to send every so often. */
    Load every(long nanos, int bytes) {
      offer(bytes);
      after(nanos, () -> every(nanos, bytes));
      return this;
    }

    void offer(long bytes) {
      backlog += bytes;
      run();
      turns();
    }

    void stop() {
      backlog = 0;
      pace.release(lane, now);
      waitingSince = -1;
    }

    private void run() {
      while (backlog > 0) {
        long granted = pace.request(lane, now);
        if (granted == 0) {
          if (waitingSince < 0) {
            waitingSince = now;
            waits++;
          }
          return;
        }
        if (waitingSince >= 0) longestWaitNanos = Math.max(longestWaitNanos, now - waitingSince);
        waitingSince = -1;
        long bytes = Math.min(backlog, Math.min(chunkBytes, granted));
        pace.spend(lane, bytes, now);
        backlog -= bytes;
        sent += bytes;
        total += bytes;
        mostAhead = Math.max(mostAhead, total - allowed());
      }
      pace.release(lane, now);
    }
  }

  final FairPace pace;
  final RandomGenerator random;
  final List<Load> loads = new ArrayList<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) ->
      a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.order, b.order));
  private long order;
  private long armed = FairPace.NEVER;
  long now = 1_000_000_000_000L;
  private final long start = now;
  long total;
  double mostAhead;

  PaceSim(long seed, long bytesPerSecond) {
    random = SeededRandom.of(seed);
    pace = new FairPace(bytesPerSecond, now);
  }

  Load load(Lane lane, int chunkBytes) {
    return load(pace.addPeer(0, now), lane, chunkBytes);
  }

  Load load(PacePeer peer, Lane lane, int chunkBytes) {
    return new Load(peer, lane, chunkBytes);
  }

  private double allowed() {
    return pace.limit() * ((now - start) / (double) SECOND);
  }

  void after(long nanos, Runnable action) {
    events.add(new Event(now + nanos, order++, action));
  }

  private void turns() {
    PaceLane lane;
    while ((lane = pace.poll(now)) != null) lane.onTurn().run();
    long next = pace.nextNanos();
    if (next == FairPace.NEVER || next >= armed) return;
    armed = next;
    after(Math.max(0, next - now) + random.nextLong(LATE_NANOS), () -> {
      armed = FairPace.NEVER;
      turns();
    });
  }

  void run(long nanos) {
    long end = now + nanos;
    turns();
    while (!events.isEmpty() && events.peek().atNanos <= end) {
      Event event = events.poll();
      now = event.atNanos;
      event.action.run();
    }
    now = end;
  }

  /** One if all got the same, 1/n if one got everything. */
  static double jain(List<Load> loads) {
    double sum = 0;
    double squares = 0;
    for (Load load : loads) {
      sum += load.sent;
      squares += (double) load.sent * load.sent;
    }
    return sum * sum / (loads.size() * squares);
  }
}
