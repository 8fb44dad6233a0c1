package org.openagi.p2p.simulator.node;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.testkit.VirtualWorld;

/** The last things that happened, for people; all of them also go into the hash of the world. */
public final class Trace {
  private static final int ENTRIES = 1 << 16;
  private static final long NOTHING = Long.MIN_VALUE;
  private static final double NANOS_PER_SECOND = 1e9;

  private final VirtualWorld world;
  private final @Nullable PrintWriter live;
  private final long[] atNanos = new long[ENTRIES];
  private final int[] nodes = new int[ENTRIES];
  private final int[] others = new int[ENTRIES];
  private final long[] numbers = new long[ENTRIES];
  private final @Nullable String[] whats = new String[ENTRIES];
  private long count;

  /**
   * An empty trace.
   *
   * @param live where to print everything at once, null for nowhere
   */
  public Trace(VirtualWorld world, @Nullable PrintWriter live) {
    this.world = world;
    this.live = live;
  }

  /** Something happened to a node. */
  public void add(int node, String what) {
    add(node, what, -1, NOTHING);
  }

  /**
   * Something happened to a node.
   *
   * @param other the other node it has to do with, -1 for none
   * @param number whatever says which
   */
  public void add(int node, String what, int other, long number) {
    int at = (int) (count++ % ENTRIES);
    atNanos[at] = world.elapsedNanos();
    nodes[at] = node;
    others[at] = other;
    numbers[at] = number;
    whats[at] = what;
    world.note(node * 0x1f1f1f1fL + what.hashCode());
    world.note(other * 0x2f2f2f2fL + number);
    if (live != null) live.println(line(at));
  }

  private String line(int at) {
    StringBuilder text =
        new StringBuilder(String.format(Locale.ROOT, "%12.6f s  ", atNanos[at] / NANOS_PER_SECOND));
    text.append(nodes[at] < 0 ? "network" : "n" + nodes[at]).append(": ").append(whats[at]);
    if (others[at] >= 0) text.append(" n").append(others[at]);
    if (numbers[at] != NOTHING) text.append(" #").append(numbers[at]);
    return text.toString();
  }

  /** The last so many things that have to do with certain nodes or with all, the oldest first. */
  public List<String> last(int lines, BitSet involved) {
    List<String> found = new ArrayList<>();
    for (long each = count - 1;
        each >= Math.max(0, count - ENTRIES) && found.size() < lines;
        each--) {
      int at = (int) (each % ENTRIES);
      boolean counts =
          nodes[at] < 0 || involved.get(nodes[at]) || (others[at] >= 0 && involved.get(others[at]));
      if (counts) found.add(line(at));
    }
    return found.reversed();
  }
}
