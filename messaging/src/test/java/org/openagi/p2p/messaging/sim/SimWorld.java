package org.openagi.p2p.messaging.sim;

import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.VirtualTime;

/** Virtual time and a list of things that will happen. One thread, one seed, one result. */
public final class SimWorld {
  private record Event(long atNanos, long order, Runnable action) {}

  private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) ->
      a.atNanos != b.atNanos ? Long.compare(a.atNanos, b.atNanos) : Long.compare(a.order, b.order));
  private final VirtualTime time = new VirtualTime();
  private final RandomGenerator random;
  private long order;

  public SimWorld(long seed) {
    this.random = SeededRandom.of(seed);
  }

  public VirtualTime time() {
    return time;
  }

  public RandomGenerator random() {
    return random;
  }

  public void after(long delayNanos, Runnable action) {
    events.add(new Event(time.nanoTime() + delayNanos, order++, action));
  }

  /** Runs what happens within a time span, then lets the rest of the span pass. */
  public void runFor(long nanos) {
    long end = time.nanoTime() + nanos;
    while (!events.isEmpty() && events.peek().atNanos <= end) step();
    if (time.nanoTime() < end) time.jumpTo(end);
  }

  private void step() {
    Event event = events.poll();
    if (event.atNanos > time.nanoTime()) time.jumpTo(event.atNanos);
    event.action.run();
  }
}
