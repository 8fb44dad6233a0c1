package org.openagi.p2p.messaging.pace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One peer in a {@link FairPace}: its own limit, its share of the whole, its lanes. Confined to that. */
public final class PacePeer {
  private final ByteBudget budget;

  /** Order among peers that are level. */
  private final long number;

  private final List<PaceLane> waiting = new ArrayList<>();

  /** Bytes sent, but not behind the clock of the whole while waiting. */
  private double virtual;

  /** Where the lane that had the last turn started it. */
  private double laneClock;

  PacePeer(long number, long bytesPerSecond, long nowNanos) {
    this.number = number;
    this.budget = new ByteBudget(bytesPerSecond, nowNanos);
  }

  ByteBudget budget() {
    return budget;
  }

  long number() {
    return number;
  }

  double virtual() {
    return virtual;
  }

  double laneClock() {
    return laneClock;
  }

  void catchUp(double clock) {
    virtual = Math.max(virtual, clock);
  }

  void charge(long bytes) {
    virtual += bytes;
  }

  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  void add(PaceLane lane) {
    lane.setWaiting(true);
    waiting.add(lane);
  }

  void remove(PaceLane lane) {
    lane.setWaiting(false);
    waiting.remove(lane);
  }

  /** The waiting lane that had least for its weight, the more urgent one if level. */
  @Nullable
  PaceLane first() {
    PaceLane best = null;
    for (PaceLane lane : waiting) {
      if (best == null || isBefore(lane, best)) best = lane;
    }
    return best;
  }

  private static boolean isBefore(PaceLane one, PaceLane other) {
    if (one.virtual() != other.virtual()) return one.virtual() < other.virtual();
    return one.weight() > other.weight();
  }

  /** A lane takes a turn: the clock follows it. */
  void startTurn(PaceLane lane) {
    laneClock = Math.max(laneClock, lane.virtual());
  }
}
