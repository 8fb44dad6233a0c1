package org.openagi.p2p.simulator.net;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.testkit.VirtualWorld;

/** A computer: has a place, an address and a clock, runs one process or none, and may be slow, or off. */
public final class Machine {
  private final int index;
  private final VirtualWorld world;
  private final NodeClock clock;
  private final Multiaddr address;
  final double x;
  final double y;

  private @Nullable Endpoint process;
  private boolean powered = true;
  private long pausedUntilNanos;
  long uplinkFreeNanos;
  final List<Connection> connections = new ArrayList<>();
  private long sentBytes;
  private long sentSegments;

  Machine(int index, VirtualWorld world, Multiaddr address, double x, double y) {
    this.index = index;
    this.world = world;
    this.clock = new NodeClock(world);
    this.address = address;
    this.x = x;
    this.y = y;
  }

  /** Its number, from 0. */
  public int index() {
    return index;
  }

  /** What people call it. */
  @Override
  public String toString() {
    return "n" + index;
  }

  /** Its clock. */
  public NodeClock clock() {
    return clock;
  }

  /** Its address. */
  public Multiaddr address() {
    return address;
  }

  /** The process that runs, null if none does. */
  public @Nullable Endpoint process() {
    return process;
  }

  /** A process starts; the one before must have ended. */
  public void start(Endpoint started) {
    process = started;
    powered = true;
  }

  /** Whether it has power. */
  public boolean isPowered() {
    return powered;
  }

  void stop(boolean keepsPower) {
    process = null;
    powered = keepsPower;
  }

  /** Nothing is done here before that time of the world: a pause of the collector, or a busy processor. */
  public void pauseUntil(long worldNanos) {
    pausedUntilNanos = Math.max(pausedUntilNanos, worldNanos);
  }

  /** Until when nothing is done here; in the past if it is not slow. */
  public long pausedUntilNanos() {
    return pausedUntilNanos;
  }

  boolean isPaused() {
    return pausedUntilNanos > world.elapsedNanos();
  }

  void countSent(int bytes) {
    sentBytes += bytes;
    sentSegments++;
  }

  /** Bytes that left, headers of the lower protocols included. */
  public long sentBytes() {
    return sentBytes;
  }

  /** Segments that left. */
  public long sentSegments() {
    return sentSegments;
  }
}
