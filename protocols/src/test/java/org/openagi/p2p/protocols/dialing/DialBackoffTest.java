package org.openagi.p2p.protocols.dialing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.SeededRandom;

class DialBackoffTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static DialBackoff<String> backoff(double jitter, int maxKeys) {
    return new DialBackoff<>(
        new DialBackoff.Config(SECOND, Duration.ofSeconds(20), jitter, maxKeys),
        SeededRandom.of(7));
  }

  @Test
  void pausesDoubleUpToTheLongest() {
    DialBackoff<String> b = backoff(0, 10);
    int[] expected = {1, 2, 4, 8, 16, 20, 20};
    for (int seconds : expected) assertEquals(Duration.ofSeconds(seconds), b.onFailure("a", 0));
    assertEquals(7, b.failures("a"));
  }

  @Test
  void aPauseEndsWithTimeAndSuccessForgetsAll() {
    DialBackoff<String> b = backoff(0, 10);
    b.onFailure("a", 5);
    assertEquals(SECOND, b.remaining("a", 5));
    assertEquals(Duration.ofNanos(1), b.remaining("a", 4 + SECOND.toNanos()));
    assertEquals(Duration.ZERO, b.remaining("a", 5 + SECOND.toNanos()));
    b.onFailure("a", 0);
    b.onSuccess("a");
    assertEquals(Duration.ZERO, b.remaining("a", 0));
    assertEquals(SECOND, b.onFailure("a", 0));
  }

  @Test
  void jitterStaysWithinItsShareAndIsRepeatable() {
    DialBackoff<Integer> b =
        new DialBackoff<>(new DialBackoff.Config(SECOND, SECOND, 0.5, 2000), SeededRandom.of(1));
    long min = Long.MAX_VALUE;
    long max = 0;
    for (int i = 0; i < 1000; i++) {
      long pause = b.onFailure(i, 0).toNanos();
      min = Math.min(min, pause);
      max = Math.max(max, pause);
    }
    assertTrue(min >= 750_000_000L && min < 780_000_000L, "min " + min);
    assertTrue(max <= 1_250_000_000L && max > 1_220_000_000L, "max " + max);
    assertEquals(backoff(1, 9).onFailure("x", 0), backoff(1, 9).onFailure("x", 0));
  }

  @Test
  void keysAreBounded() {
    DialBackoff<String> b = backoff(0, 3);
    for (String key : new String[] {"a", "b", "a", "c", "d"}) b.onFailure(key, 0);
    assertEquals(3, b.size());
    assertEquals(0, b.failures("b"), "the least recently failed is forgotten");
    assertEquals(2, b.failures("a"));
  }

  @Test
  void manyFailuresDoNotOverflow() {
    DialBackoff<String> b = backoff(0, 3);
    for (int i = 0; i < 200; i++) assertTrue(b.onFailure("a", 0).toNanos() > 0);
  }

  @Test
  void nonsenseIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new DialBackoff.Config(Duration.ZERO, SECOND, 0, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new DialBackoff.Config(SECOND, SECOND, 1.1, 1));
  }

  @Test
  void reconnectingStartsAnewAfterAStableLink() {
    ReconnectPolicy policy =
        new ReconnectPolicy(ReconnectPolicy.defaultShape(), SeededRandom.of(3));
    assertEquals(1, policy.failuresAfter(Duration.ofMinutes(1), 9));
    assertEquals(10, policy.failuresAfter(Duration.ofSeconds(1), 9));
    assertTrue(policy.pause(1).compareTo(Duration.ofMillis(750)) <= 0);
    assertTrue(policy.pause(1).compareTo(Duration.ofMillis(250)) >= 0);
    assertTrue(policy.pause(50).compareTo(Duration.ofSeconds(90)) <= 0);
  }
}
