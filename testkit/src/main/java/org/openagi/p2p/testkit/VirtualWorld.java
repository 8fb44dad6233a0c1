package org.openagi.p2p.testkit;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.time.TimeSource;

/**
 * Virtual time and a list of things that will happen. One thread, one seed, one result: what is planned for the same moment
 * happens in the order it was planned.
 *
 * <p>The list is a heap of four children over plain arrays, so planning costs no object beyond the action itself, which may
 * be planned again and again.
 */
public final class VirtualWorld {
  /** An origin that is neither zero nor positive, to catch code that takes nanoTime for a point in time. */
  public static final long ORIGIN_NANOS = -5_000_000_000L;

  private static final int FIRST_CAPACITY = 1024;
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final long seed;
  private final RandomGenerator random;
  private final TimeSource time = new Clock();

  private long[] atNanos = new long[FIRST_CAPACITY];
  private long[] order = new long[FIRST_CAPACITY];
  private @Nullable Runnable[] actions = new Runnable[FIRST_CAPACITY];
  private int size;
  private long planned;

  private long elapsedNanos;
  private long happened;
  private long hash;

  /** A world in which nothing is planned. */
  public VirtualWorld(long seed) {
    this.seed = seed;
    this.random = SeededRandom.of(seed);
    this.hash = seed;
  }

  /** What decides everything that is random here. */
  public long seed() {
    return seed;
  }

  /** The clock of the world itself. */
  public TimeSource time() {
    return time;
  }

  /** Random numbers of the world itself. */
  public RandomGenerator random() {
    return random;
  }

  /** Random numbers of a party's own: what others draw changes nothing about them. */
  public RandomGenerator randomOf(String party) {
    return SeededRandom.of(seed, party);
  }

  /** Nanoseconds since the world began. */
  public long elapsedNanos() {
    return elapsedNanos;
  }

  /** Plans an action; a delay below 0 counts as 0. */
  public void after(long delayNanos, Runnable action) {
    at(elapsedNanos + Math.max(0, delayNanos), action);
  }

  /** Plans an action for a time since the world began; one in the past happens next. */
  public void at(long nanos, Runnable action) {
    if (size == actions.length) grow();
    siftUp(size++, Math.max(nanos, elapsedNanos), planned++, action);
  }

  /** Runs what happens within a time span, then lets the rest of the span pass. */
  public void runFor(long nanos) {
    runUntil(elapsedNanos + nanos);
  }

  /** Runs what happens up to a time since the world began. */
  public void runUntil(long nanos) {
    while (size > 0 && atNanos[0] <= nanos) step();
    elapsedNanos = Math.max(elapsedNanos, nanos);
  }

  /** Lets the next planned thing happen. Returns false if nothing is planned. */
  public boolean step() {
    if (size == 0) return false;
    elapsedNanos = atNanos[0];
    Runnable action = removeFirst();
    happened++;
    note(elapsedNanos);
    action.run();
    return true;
  }

  /** How many planned things happened. */
  public long happened() {
    return happened;
  }

  /** How many things are planned. */
  public int planned() {
    return size;
  }

  /** Takes something that happened into the {@link #traceHash}. */
  public void note(long value) {
    long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
    hash = mixed ^ (mixed >>> 29);
  }

  /** A number that depends on all that happened so far, in its order: two runs that agree on it did the same. */
  public long traceHash() {
    return hash;
  }

  private void grow() {
    int capacity = actions.length * 2;
    atNanos = Arrays.copyOf(atNanos, capacity);
    order = Arrays.copyOf(order, capacity);
    actions = Arrays.copyOf(actions, capacity);
  }

  private boolean isBefore(long nanos, long turn, int slot) {
    return nanos < atNanos[slot] || (nanos == atNanos[slot] && turn < order[slot]);
  }

  private void siftUp(int from, long nanos, long turn, Runnable action) {
    int slot = from;
    while (slot > 0) {
      int parent = (slot - 1) >> 2;
      if (!isBefore(nanos, turn, parent)) break;
      move(parent, slot);
      slot = parent;
    }
    put(slot, nanos, turn, action);
  }

  private Runnable removeFirst() {
    Runnable first = actionAt(0);
    int last = --size;
    Runnable moved = actionAt(last);
    actions[last] = null;
    if (last > 0) siftDown(atNanos[last], order[last], moved);
    return first;
  }

  private void siftDown(long nanos, long turn, Runnable action) {
    int slot = 0;
    for (int child = 1; child < size; child = 4 * slot + 1) {
      int least = child;
      int end = Math.min(child + 4, size);
      for (int each = child + 1; each < end; each++) {
        if (isBefore(atNanos[each], order[each], least)) least = each;
      }
      if (isBefore(nanos, turn, least)) break;
      move(least, slot);
      slot = least;
    }
    put(slot, nanos, turn, action);
  }

  private void move(int from, int to) {
    atNanos[to] = atNanos[from];
    order[to] = order[from];
    actions[to] = actions[from];
  }

  private void put(int slot, long nanos, long turn, Runnable action) {
    atNanos[slot] = nanos;
    order[slot] = turn;
    actions[slot] = action;
  }

  private Runnable actionAt(int slot) {
    Runnable action = actions[slot];
    if (action == null) throw new IllegalStateException("nothing is planned in slot " + slot);
    return action;
  }

  private final class Clock implements TimeSource {
    @Override
    public long nanoTime() {
      return ORIGIN_NANOS + elapsedNanos;
    }

    @Override
    public long epochMillis() {
      return VirtualTime.DEFAULT_EPOCH_MILLIS + elapsedNanos / NANOS_PER_MILLI;
    }
  }
}
