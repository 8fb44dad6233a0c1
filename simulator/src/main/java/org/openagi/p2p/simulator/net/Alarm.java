package org.openagi.p2p.simulator.net;

import org.openagi.p2p.testkit.VirtualWorld;

/** Calls when the clock of a machine shows a time, as long as the process that set it lives. */
public final class Alarm implements Runnable {
  private static final long NEVER = Long.MAX_VALUE;

  private final VirtualWorld world;
  private final Machine machine;
  private final Endpoint owner;
  private final Runnable action;
  private long armedNanos = NEVER;

  /** An alarm that is not set. */
  public Alarm(VirtualWorld world, Machine machine, Endpoint owner, Runnable action) {
    this.world = world;
    this.machine = machine;
    this.owner = owner;
    this.action = action;
  }

  /** Sets it to a time of the machine's clock if it is not set to an earlier one; {@link Long#MAX_VALUE} changes nothing. */
  public void arm(long nanoTime) {
    if (nanoTime == NEVER) return;
    long due = Math.max(machine.clock().worldNanosAt(nanoTime), world.elapsedNanos());
    if (due >= armedNanos) return;
    armedNanos = due;
    world.at(due, this);
  }

  @Override
  public void run() {
    long now = world.elapsedNanos();
    if (now < armedNanos || machine.process() != owner) return;
    if (machine.isPaused()) {
      armedNanos = machine.pausedUntilNanos();
      world.at(armedNanos, this);
      return;
    }
    armedNanos = NEVER;
    action.run();
  }
}
