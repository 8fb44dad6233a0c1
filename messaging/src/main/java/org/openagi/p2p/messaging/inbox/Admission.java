package org.openagi.p2p.messaging.inbox;

import java.util.concurrent.locks.ReentrantLock;
import org.openagi.p2p.core.limits.TokenBucket;

/**
 * How much one peer may send: token buckets for messages and bytes, shared by its streams. Safe for any
 * thread; taken once per batch.
 *
 * <p>A batch is taken when the bucket holds anything at all and may leave it owing, so a batch larger
 * than the bucket passes, and the pause after it is as long as the batch was.
 */
final class Admission {
  private final ReentrantLock lock = new ReentrantLock();
  private final TokenBucket messages;
  private final TokenBucket bytes;
  private long owedMessages;
  private long owedBytes;
  private long throttled;

  Admission(ReceiveConfig config, long nowNanos) {
    messages = bucket(config.messagesPerSecond(), nowNanos);
    bytes = bucket(config.bytesPerSecond(), nowNanos);
  }

  /** A bucket holds what flows in one second. */
  private static TokenBucket bucket(double perSecond, long nowNanos) {
    return new TokenBucket(Math.max(1, (long) perSecond), perSecond, nowNanos);
  }

  /** Counts what came in. Returns how many nanoseconds to wait before reading on, 0 for none. */
  long take(long messageCount, long byteCount, long nowNanos) {
    lock.lock();
    try {
      owedMessages += messageCount;
      owedBytes += byteCount;
      owedMessages -= pay(messages, owedMessages, nowNanos);
      owedBytes -= pay(bytes, owedBytes, nowNanos);
      if (owedMessages == 0 && owedBytes == 0) return 0;
      throttled++;
      return Math.max(wait(messages, owedMessages, nowNanos), wait(bytes, owedBytes, nowNanos));
    } finally {
      lock.unlock();
    }
  }

  private static long pay(TokenBucket bucket, long owed, long nowNanos) {
    long paid = Math.min(owed, bucket.available(nowNanos));
    return bucket.tryTake(paid, nowNanos) ? paid : 0;
  }

  private static long wait(TokenBucket bucket, long owed, long nowNanos) {
    return bucket.nanosUntil(Math.min(owed, bucket.capacity()), nowNanos);
  }

  /** How many batches had to wait. */
  long throttled() {
    lock.lock();
    try {
      return throttled;
    } finally {
      lock.unlock();
    }
  }
}
