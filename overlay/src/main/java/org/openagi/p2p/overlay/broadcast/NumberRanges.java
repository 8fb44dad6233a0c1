package org.openagi.p2p.overlay.broadcast;

import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * A set of numbers as ranges, for numbers that come nearly in order: in the steady state one range, whatever their count. Bounded:
 * with too many gaps the oldest one counts as filled. Confined to its owner.
 */
final class NumberRanges {
  /** Most ranges, so at most one gap less. */
  static final int MAX = 128;

  private long[] bounds = new long[2]; // first and last of each range, ascending
  private int length;

  boolean contains(long number) {
    int at = firstEndingAtOrAfter(number);
    return at < length && bounds[at] <= number;
  }

  boolean isEmpty() {
    return length == 0;
  }

  int ranges() {
    return length / 2;
  }

  long first(int range) {
    return bounds[2 * range];
  }

  long last(int range) {
    return bounds[2 * range + 1];
  }

  /** Adds a number; returns false if it was there. */
  boolean add(long number) {
    int at = firstEndingAtOrAfter(number);
    if (at < length && bounds[at] <= number) return false;
    boolean extendsLeft = at > 0 && bounds[at - 1] == number - 1;
    boolean extendsRight = at < length && bounds[at] == number + 1;
    if (extendsLeft && extendsRight) cut(at - 1);
    else if (extendsLeft) bounds[at - 1] = number;
    else if (extendsRight) bounds[at] = number;
    else insert(at, number);
    if (length > 2 * MAX) cut(1);
    return true;
  }

  /** Calls for the numbers of a range that are not here, in order, until that is refused. */
  void forEachMissing(long first, long last, LongPredicate goOn) {
    long next = first;
    for (int at = firstEndingAtOrAfter(first); at < length && bounds[at] <= last; at += 2) {
      for (; next < bounds[at]; next++) if (!goOn.test(next)) return;
      next = bounds[at + 1] + 1;
    }
    for (; next <= last; next++) if (!goOn.test(next)) return;
  }

  private int firstEndingAtOrAfter(long number) {
    int low = 0;
    int high = length / 2;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (bounds[2 * middle + 1] < number) low = middle + 1;
      else high = middle;
    }
    return 2 * low;
  }

  /** Removes the end of one range and the start of the next. */
  private void cut(int at) {
    System.arraycopy(bounds, at + 2, bounds, at, length - at - 2);
    length -= 2;
  }

  private void insert(int at, long number) {
    if (length == bounds.length) bounds = Arrays.copyOf(bounds, 2 * length);
    System.arraycopy(bounds, at, bounds, at + 2, length - at);
    bounds[at] = number;
    bounds[at + 1] = number;
    length += 2;
  }
}
