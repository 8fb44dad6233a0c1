package org.openagi.p2p.core.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void allowsABurstAndThenTheRate() {
    TokenBucket bucket = new TokenBucket(10, 5, 0);
    assertTrue(bucket.tryTake(10, 0));
    assertFalse(bucket.tryTake(1, 0));
    assertEquals(SECOND / 5, bucket.nanosUntil(1, 0));
    assertFalse(bucket.tryTake(1, SECOND / 5 - 1));
    assertTrue(bucket.tryTake(1, SECOND / 5));
    assertEquals(10, bucket.available(100 * SECOND));
  }

  @Test
  void takesAllOrNothing() {
    TokenBucket bucket = new TokenBucket(3, 1, 0);
    assertFalse(bucket.tryTake(4, 0));
    assertEquals(3, bucket.available(0));
    assertTrue(bucket.tryTake(0, 0));
  }

  @Test
  void saysWhenItWillNeverBe() {
    assertEquals(Long.MAX_VALUE, new TokenBucket(3, 1, 0).nanosUntil(4, 0));
    TokenBucket never = new TokenBucket(3, 0, 0);
    assertTrue(never.tryTake(3, 0));
    assertEquals(Long.MAX_VALUE, never.nanosUntil(1, Long.MAX_VALUE));
  }

  @Test
  void losesNothingWhenAskedVeryOften() {
    TokenBucket bucket = new TokenBucket(100, 3, 0);
    assertTrue(bucket.tryTake(100, 0));
    for (long now = 0; now <= SECOND; now += 7_919) bucket.available(now);
    assertEquals(3, bucket.available(SECOND));
  }

  @Test
  void keepsFractionalRates() {
    TokenBucket bucket = new TokenBucket(10, 0.25, 0);
    assertTrue(bucket.tryTake(10, 0));
    assertEquals(4 * SECOND, bucket.nanosUntil(1, 0));
    assertTrue(bucket.tryTake(1, 4 * SECOND));
  }

  @Test
  void ignoresTimeThatGoesBackAndSurvivesItsWrap() {
    long start = Long.MAX_VALUE - SECOND / 2;
    TokenBucket bucket = new TokenBucket(10, 2, start);
    assertTrue(bucket.tryTake(10, start));
    assertEquals(2, bucket.available(start + SECOND)); // beyond Long.MAX_VALUE
    assertEquals(2, bucket.available(start));
    assertEquals(4, bucket.available(start + 2 * SECOND));
  }

  @Test
  void survivesTheLargestValues() {
    TokenBucket bucket = new TokenBucket(Long.MAX_VALUE, 1e12, 0);
    assertTrue(bucket.tryTake(Long.MAX_VALUE, 0));
    assertEquals(1_000_000_000_000L * 3_600, bucket.available(3_600 * SECOND));
    assertEquals(
        9_223_372_036_854_775L,
        bucket.nanosUntil(Long.MAX_VALUE, 3_600 * SECOND) + 3_600 * SECOND,
        1e3);
  }

  @Test
  void refusesNonsense() {
    assertThrows(IllegalArgumentException.class, () -> new TokenBucket(0, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, -1, 0));
    assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, Double.NaN, 0));
    assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, 1e13, 0));
    TokenBucket bucket = new TokenBucket(1, 1, 0);
    assertThrows(IllegalArgumentException.class, () -> bucket.tryTake(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> bucket.nanosUntil(-1, 0));
  }

  record Step(long nanos, long take) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Long> nanos = Arbitraries.oneOf(
        Arbitraries.longs().between(0, 1000), Arbitraries.longs().between(0, 1000 * SECOND));
    Arbitrary<Long> take = Arbitraries.longs().between(0, 2000);
    return Combinators.combine(nanos, take).as(Step::new).list().ofMaxSize(60);
  }

  /** Against exact arithmetic with unlimited digits. */
  @Property
  void isExact(
      @ForAll("steps") List<Step> steps,
      @ForAll @net.jqwik.api.constraints.LongRange(min = 1, max = 1_000_000_000_000L) long capacity,
      @ForAll @net.jqwik.api.constraints.LongRange(min = 0, max = 1_000_000_000_000_000L)
          long rateMicros) {
    BigDecimal rate = BigDecimal.valueOf(rateMicros, 6);
    TokenBucket bucket = new TokenBucket(capacity, rate.doubleValue(), 0);
    BigDecimal tokens = BigDecimal.valueOf(capacity);
    long now = 0;
    for (Step step : steps) {
      now += step.nanos();
      tokens = tokens
          .add(rate.multiply(BigDecimal.valueOf(step.nanos(), 9)))
          .min(BigDecimal.valueOf(capacity));
      long whole = tokens.setScale(0, RoundingMode.FLOOR).longValueExact();
      assertEquals(whole, bucket.available(now));
      long wait = bucket.nanosUntil(step.take(), now);
      boolean taken = bucket.tryTake(step.take(), now);
      assertEquals(step.take() <= whole, taken);
      assertEquals(taken, wait == 0);
      if (taken) tokens = tokens.subtract(BigDecimal.valueOf(step.take()));
    }
  }

  /** The announced wait is long enough, and one nanosecond less is not. */
  @Property
  void theWaitIsTheShortest(
      @ForAll @net.jqwik.api.constraints.LongRange(min = 1, max = 1_000_000) long capacity,
      @ForAll @net.jqwik.api.constraints.LongRange(min = 1, max = 100_000_000) long rate,
      @ForAll @net.jqwik.api.constraints.LongRange(min = 0, max = SECOND) long elapsed) {
    TokenBucket bucket = new TokenBucket(capacity, rate, 0);
    assertTrue(bucket.tryTake(capacity, 0));
    long wait = bucket.nanosUntil(capacity, elapsed);
    if (wait > 0) {
      assertFalse(bucket.tryTake(capacity, elapsed + wait - 1));
    }
    assertTrue(bucket.tryTake(capacity, elapsed + wait));
  }
}
