package org.openagi.p2p.protocols.dialing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.random.RandomGenerator;

/**
 * How long to leave something alone after failures: exponential with jitter, per key, bounded in
 * keys (the least recently failed is forgotten). Confined to its owner.
 *
 * @param <K> an address or a peer
 */
public final class DialBackoff<K> {
  /**
   * Shape of the back-off.
   *
   * @param first pause after the first failure, before jitter
   * @param max longest pause, before jitter
   * @param jitter share of the pause that is random, 0..1: a pause p becomes p·(1-jitter/2) up to
   *     p·(1+jitter/2), so that peers that failed together do not come back together
   * @param maxKeys most keys remembered
   */
  public record Config(Duration first, Duration max, double jitter, int maxKeys) {
    public Config {
      if (first.isNegative() || first.isZero() || max.compareTo(first) < 0) {
        throw new IllegalArgumentException("back-off from " + first + " to " + max);
      }
      if (!(jitter >= 0 && jitter <= 1)) throw new IllegalArgumentException("jitter " + jitter);
      if (maxKeys < 1) throw new IllegalArgumentException("maxKeys " + maxKeys);
    }

    /** 1 s, doubling up to 5 min, a quarter up or down, 4096 keys. */
    public static Config defaults() {
      return new Config(Duration.ofSeconds(1), Duration.ofMinutes(5), 0.5, 4096);
    }
  }

  private record Pause(int failures, long untilNanos) {}

  private final Config config;
  private final RandomGenerator random;
  private final LinkedHashMap<K, Pause> pauses = new LinkedHashMap<>();

  /** Creates one without failures. */
  public DialBackoff(Config config, RandomGenerator random) {
    this.config = config;
    this.random = random;
  }

  /** Records a failure; returns the pause it brings. */
  public Duration onFailure(K key, long nowNanos) {
    Pause old = pauses.remove(key);
    int failures = old == null ? 1 : Math.min(old.failures + 1, 62);
    long pause = pauseNanos(config, failures, random);
    pauses.put(key, new Pause(failures, nowNanos + pause));
    if (pauses.size() > config.maxKeys) {
      var eldest = pauses.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    return Duration.ofNanos(pause);
  }

  /** Forgets the failures of a key. */
  public void onSuccess(K key) {
    pauses.remove(key);
  }

  /** How long the key is still to be left alone; zero if it may be tried. */
  public Duration remaining(K key, long nowNanos) {
    Pause pause = pauses.get(key);
    return pause == null
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, pause.untilNanos - nowNanos));
  }

  /** Consecutive failures of a key. */
  public int failures(K key) {
    Pause pause = pauses.get(key);
    return pause == null ? 0 : pause.failures;
  }

  /** Keys remembered. */
  public int size() {
    return pauses.size();
  }

  static long pauseNanos(Config config, int failures, RandomGenerator random) {
    long max = config.max.toNanos();
    long pause = config.first.toNanos();
    for (int i = 1; i < failures && pause < max; i++) pause <<= 1;
    pause = Math.min(pause, max);
    double factor = 1 + config.jitter * (random.nextDouble() - 0.5);
    return Math.max(1, (long) (pause * factor));
  }
}
