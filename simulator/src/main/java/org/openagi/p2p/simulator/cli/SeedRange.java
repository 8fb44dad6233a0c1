package org.openagi.p2p.simulator.cli;

/** Seeds from first to last. */
record SeedRange(long first, long last) {
  /** Most seeds of one command. */
  static final long MAX = 1_000_000;

  /**
   * Reads {@code A..B} or {@code A}.
   *
   * @throws IllegalArgumentException if it is neither, or of more than {@link #MAX} seeds
   */
  static SeedRange parse(String text) {
    String[] ends = text.split("\\.\\.", -1);
    try {
      long first = Long.parseLong(ends[0].strip());
      long last = ends.length > 1 ? Long.parseLong(ends[1].strip()) : first;
      if (ends.length > 2 || last < first) throw new NumberFormatException();
      if (Math.subtractExact(last, first) >= MAX) {
        throw new IllegalArgumentException("'" + text + "' is more than " + MAX + " seeds");
      }
      return new SeedRange(first, last);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is not A..B with A up to B", e);
    }
  }

  long count() {
    return last - first + 1;
  }
}
