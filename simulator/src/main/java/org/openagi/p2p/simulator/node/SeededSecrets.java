package org.openagi.p2p.simulator.node;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** Keys that are the same in each run of a seed. */
final class SeededSecrets extends SecureRandom {
  private static final long serialVersionUID = 1L;

  private final transient RandomGenerator random;

  SeededSecrets(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public void nextBytes(byte[] bytes) {
    random.nextBytes(bytes);
  }
}
