package org.openagi.p2p.node.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last values of a figure as a row of bars, the highest of them full. Confined to one thread. */
final class Sparkline {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private final int length;
  private final Deque<Double> values = new ArrayDeque<>();

  /** Keeps and shows so many. */
  Sparkline(int length) {
    this.length = length;
  }

  void add(double value) {
    if (values.size() == length) values.removeFirst();
    values.addLast(Math.max(0, value));
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  double last() {
    Double last = values.peekLast();
    return last == null ? 0 : last;
  }

  /** The newest part of it, so many characters or as many as are kept. */
  String last(int characters) {
    String all = toString();
    return all.substring(Math.max(0, all.length() - characters));
  }

  /** As wide as values are kept; blanks where there are none yet. */
  @Override
  public String toString() {
    double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    StringBuilder line = new StringBuilder().repeat(' ', length - values.size());
    for (double value : values) {
      int bar = most == 0 ? 0 : (int) Math.round(value / most * (BARS.length() - 1));
      line.append(BARS.charAt(bar));
    }
    return line.toString();
  }
}
