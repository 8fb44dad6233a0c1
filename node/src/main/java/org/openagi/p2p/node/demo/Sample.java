package org.openagi.p2p.node.demo;

import java.util.Arrays;

/** Measured times of one kind, in milliseconds. Confined to one thread. */
final class Sample {
  private double[] values = new double[64];
  private int count;

  void add(double millis) {
    if (count == values.length) values = Arrays.copyOf(values, 2 * count);
    values[count++] = millis;
  }

  int count() {
    return count;
  }

  /**
   * The value that a share of all does not exceed, by nearest rank; not a number if there is none.
   *
   * @param share above 0, at most 1
   */
  double quantile(double share) {
    if (count == 0) return Double.NaN;
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil(share * count) - 1];
  }
}
