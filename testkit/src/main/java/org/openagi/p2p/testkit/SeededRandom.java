package org.openagi.p2p.testkit;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Random numbers that a test can have again. */
public final class SeededRandom {
  /** A generator with the same sequence on every JDK. */
  private static final String ALGORITHM = "L64X128MixRandom";

  private SeededRandom() {}

  /** Returns a generator whose sequence depends on the seed alone. Confined to one thread. */
  public static RandomGenerator of(long seed) {
    return RandomGeneratorFactory.of(ALGORITHM).create(seed);
  }

  /** Returns a generator for one of several parties of a test, independent of the others'. */
  public static RandomGenerator of(long seed, String party) {
    long mixed = seed;
    for (byte b : party.getBytes(StandardCharsets.UTF_8)) {
      mixed = (mixed ^ b) * 0x9E3779B97F4A7C15L;
    }
    return of(mixed);
  }

  /**
   * Returns a {@link SecureRandom} that is none: its bytes depend on the seed alone. For keys and nonces in
   * tests.
   */
  public static SecureRandom secure(long seed) {
    return new PredictableSecureRandom(of(seed));
  }

  /** Returns {@code length} random bytes. */
  public static byte[] bytes(RandomGenerator random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static final class PredictableSecureRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final transient RandomGenerator source;

    PredictableSecureRandom(RandomGenerator source) {
      this.source = source;
    }

    @Override
    public synchronized void nextBytes(byte[] target) {
      source.nextBytes(target);
    }
  }
}
