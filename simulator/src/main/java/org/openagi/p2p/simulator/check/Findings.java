package org.openagi.p2p.simulator.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.openagi.p2p.simulator.node.Trace;
import org.openagi.p2p.testkit.VirtualWorld;

/** What the checkers found. */
public final class Findings {
  /** Findings kept; more are only counted. */
  static final int MAX_KEPT = 10;

  /** Lines of trace kept with each. */
  static final int TRACE_LINES = 60;

  private final VirtualWorld world;
  private final Trace trace;
  private final List<Finding> kept = new ArrayList<>();
  private int count;

  /** Nothing is found yet. */
  public Findings(VirtualWorld world, Trace trace) {
    this.world = world;
    this.trace = trace;
  }

  /** A promise was broken. */
  public void add(Promise promise, String what, int... involved) {
    world.note(promise.name().hashCode());
    if (count++ >= MAX_KEPT) return;
    BitSet nodes = new BitSet();
    for (int each : involved) nodes.set(each);
    kept.add(new Finding(promise, what, world.elapsedNanos(), trace.last(TRACE_LINES, nodes)));
  }

  /** The first ones. */
  public List<Finding> kept() {
    return Collections.unmodifiableList(kept);
  }

  /** How many there are. */
  public int count() {
    return count;
  }
}
