package org.openagi.p2p.torture;

import java.util.SplittableRandom;

/** Randomness that depends on nothing but the seed and what it is for. */
final class Dice {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Dice() {}

  /** A source of its own for each combination of words. */
  static SplittableRandom of(long seed, long... words) {
    long state = seed;
    for (long word : words) state = mixed(state + GOLDEN + mixed(word));
    return new SplittableRandom(state);
  }

  private static long mixed(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
