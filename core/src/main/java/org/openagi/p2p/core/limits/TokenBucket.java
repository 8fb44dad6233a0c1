package org.openagi.p2p.core.limits;

import java.math.BigInteger;

/**
 * Allows bursts up to a capacity and a steady rate behind them. Starts full.
 *
 * <p>Exact: no token is lost or invented by rounding, however often and at whatever intervals it is
 * asked; fractions of a token are kept as an integer remainder. Time is an argument, in nanoseconds on
 * any monotonic clock (it may wrap); a time before the latest one seen counts as the latest one.
 *
 * <p>Confined to one thread, or guarded by its owner.
 */
public final class TokenBucket {
  /** Rates are kept in steps of one token per this many seconds. */
  private static final long RATE_STEPS = 1_000_000;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long capacity;
  // tokens per nanosecond = rateNumerator / rateDenominator, both positive or the numerator 0
  private final long rateNumerator;
  private final long rateDenominator;
  private final long nanosToFill;

  private long tokens;
  private long remainder; // of a token, in 1 / rateDenominator, below rateDenominator
  private long latestNanos;

  /**
   * Makes a full bucket.
   *
   * @param capacity most tokens it holds, at least 1
   * @param tokensPerSecond 0 (never refilled) to 1e12; fractions are kept in steps of 1e-6
   * @param nowNanos the current time
   * @throws IllegalArgumentException if a value is out of range
   */
  public TokenBucket(long capacity, double tokensPerSecond, long nowNanos) {
    if (capacity < 1) throw new IllegalArgumentException("capacity " + capacity + ", at least 1");
    if (!(tokensPerSecond >= 0 && tokensPerSecond <= 1e12)) {
      throw new IllegalArgumentException("rate " + tokensPerSecond + " tokens/s, 0 to 1e12");
    }
    boolean wholeRate = tokensPerSecond == Math.rint(tokensPerSecond);
    this.capacity = capacity;
    this.rateNumerator =
        wholeRate ? (long) tokensPerSecond : Math.round(tokensPerSecond * RATE_STEPS);
    this.rateDenominator = wholeRate ? NANOS_PER_SECOND : NANOS_PER_SECOND * RATE_STEPS;
    this.nanosToFill = nanosFor(capacity, 0);
    this.tokens = capacity;
    this.latestNanos = nowNanos;
  }

  /**
   * Takes {@code n} tokens if all are there, else none.
   *
   * @return whether they were taken
   * @throws IllegalArgumentException if n is negative
   */
  public boolean tryTake(long n, long nowNanos) {
    requireCount(n);
    refill(nowNanos);
    if (n > tokens) return false;
    tokens -= n;
    return true;
  }

  /**
   * Returns how long until {@link #tryTake} would succeed if nobody else takes anything: 0 if it would
   * now, {@link Long#MAX_VALUE} if it never will because {@code n} exceeds the capacity or the rate is 0.
   *
   * @throws IllegalArgumentException if n is negative
   */
  public long nanosUntil(long n, long nowNanos) {
    requireCount(n);
    refill(nowNanos);
    if (n <= tokens) return 0;
    if (n > capacity) return Long.MAX_VALUE;
    return nanosFor(n - tokens, remainder);
  }

  /** Returns the whole tokens that could be taken now. */
  public long available(long nowNanos) {
    refill(nowNanos);
    return tokens;
  }

  /** Returns the most tokens the bucket holds. */
  public long capacity() {
    return capacity;
  }

  private void refill(long nowNanos) {
    long elapsed = nowNanos - latestNanos;
    if (elapsed <= 0) return;
    latestNanos = nowNanos;
    if (rateNumerator == 0) return;
    if (tokens == capacity || elapsed >= nanosToFill) {
      fill();
      return;
    }
    long gained;
    long high = Math.multiplyHigh(elapsed, rateNumerator);
    long product = elapsed * rateNumerator;
    if (high == 0 && product >= 0 && product <= Long.MAX_VALUE - remainder) {
      long sum = product + remainder;
      gained = sum / rateDenominator;
      remainder = sum % rateDenominator;
    } else {
      BigInteger[] parts = big(elapsed)
          .multiply(big(rateNumerator))
          .add(big(remainder))
          .divideAndRemainder(big(rateDenominator));
      gained = parts[0].longValueExact(); // at most capacity + 1, since elapsed < nanosToFill
      remainder = parts[1].longValueExact();
    }
    if (gained >= capacity - tokens) {
      fill();
    } else {
      tokens += gained;
    }
  }

  private void fill() {
    tokens = capacity;
    remainder = 0;
  }

  /** Nanoseconds to gain {@code count} tokens when {@code have} parts of one are there; saturates. */
  private long nanosFor(long count, long have) {
    if (rateNumerator == 0) return Long.MAX_VALUE;
    BigInteger parts = big(count).multiply(big(rateDenominator)).subtract(big(have));
    BigInteger rate = big(rateNumerator);
    BigInteger nanos = parts.add(rate).subtract(BigInteger.ONE).divide(rate);
    return nanos.bitLength() < Long.SIZE ? nanos.longValue() : Long.MAX_VALUE;
  }

  private static BigInteger big(long value) {
    return BigInteger.valueOf(value);
  }

  private static void requireCount(long n) {
    if (n < 0) throw new IllegalArgumentException("tokens to take: " + n);
  }
}
