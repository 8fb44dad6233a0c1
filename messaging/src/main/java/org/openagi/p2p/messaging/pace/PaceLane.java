package org.openagi.p2p.messaging.pace;

import org.openagi.p2p.messaging.Lane;

/** What waits to be sent to one peer with one priority. Confined to its {@link FairPace}. */
public final class PaceLane {
  private final PacePeer peer;
  private final Lane lane;
  private final int weight;
  private final Runnable onTurn;

  /** Bytes sent divided by the weight, but not behind {@link PacePeer#laneClock} while waiting. */
  private double virtual;

  private long granted;
  private boolean waiting;

  PaceLane(PacePeer peer, Lane lane, Runnable onTurn) {
    this.peer = peer;
    this.lane = lane;
    this.weight = FairPace.weightOf(lane);
    this.onTurn = onTurn;
  }

  /** What is to be called when {@link FairPace#poll} has returned this. */
  public Runnable onTurn() {
    return onTurn;
  }

  PacePeer peer() {
    return peer;
  }

  int weight() {
    return weight;
  }

  Lane lane() {
    return lane;
  }

  boolean isWaiting() {
    return waiting;
  }

  void setWaiting(boolean value) {
    waiting = value;
  }

  long granted() {
    return granted;
  }

  void addGranted(long bytes) {
    granted += bytes;
  }

  double virtual() {
    return virtual;
  }

  /** Joins those that wait: idleness earns nothing. */
  void catchUp(double clock) {
    virtual = Math.max(virtual, clock);
  }

  void charge(long bytes) {
    virtual += (double) bytes / weight;
  }

  /** Bytes this lane is ahead of its share. */
  double leadBytes(double clock) {
    return (virtual - clock) * weight;
  }
}
