package org.openagi.p2p.simulator.node;

import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.simulator.net.Alarm;
import org.openagi.p2p.simulator.net.Endpoint;
import org.openagi.p2p.simulator.net.Machine;
import org.openagi.p2p.testkit.VirtualWorld;

/** What one process does later: not at all if it died meanwhile, and late if its machine is slow. */
final class Tasks {
  private final VirtualWorld world;
  private final Machine machine;
  private final Endpoint process;

  Tasks(VirtualWorld world, Machine machine, Endpoint process) {
    this.world = world;
    this.machine = machine;
    this.process = process;
  }

  void after(long delayNanos, Runnable action) {
    world.after(delayNanos, new Task(action));
  }

  Alarm alarm(Runnable action) {
    return new Alarm(world, machine, process, action);
  }

  TimeSource clock() {
    return machine.clock();
  }

  long nanoTime() {
    return machine.clock().nanoTime();
  }

  private final class Task implements Runnable {
    private final Runnable action;

    Task(Runnable action) {
      this.action = action;
    }

    @Override
    public void run() {
      if (machine.process() != process) return;
      long until = machine.pausedUntilNanos();
      if (until > world.elapsedNanos()) world.at(until, this);
      else action.run();
    }
  }
}
