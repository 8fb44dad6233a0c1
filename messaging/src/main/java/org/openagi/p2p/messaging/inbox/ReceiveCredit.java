package org.openagi.p2p.messaging.inbox;

import java.util.concurrent.atomic.AtomicLong;
import org.openagi.p2p.messaging.PeerLink;

/**
 * What the sender of a stream gets back of its window: credit for chunks when the handlers are done with them, for
 * everything else at once, and none while it sends more than it may. Confined to the stream's executor, but for {@link
 * #onDrained}.
 */
final class ReceiveCredit {
  /** In the strict order: verified bytes waiting for handlers from which on no credit is given. */
  private static final long STRICT_DEBT_BYTES = 1L << 20;

  private final InboxServices services;
  private final Admission admission;
  private final PeerLink link;
  private final boolean strict;
  private final AtomicLong drainedBytes = new AtomicLong();
  private long receivedBytes;
  private long otherBytes;
  private long verifiedBytes;
  private long givenBytes;
  private long arrivedMessages;
  private long throttledUntilNanos;
  private boolean throttled;

  /** @param strict whether chunks wait for their seal before they are handed over */
  ReceiveCredit(InboxServices services, Admission admission, PeerLink link, boolean strict) {
    this.services = services;
    this.admission = admission;
    this.link = link;
    this.strict = strict;
  }

  /**
   * Bytes arrived.
   *
   * @param ofChunks how many of them are of chunks, or of a frame that is not complete; negative if one that was not is no
   *     chunk
   */
  void onBytes(int length, long ofChunks) {
    receivedBytes += length;
    otherBytes += length - ofChunks;
  }

  void onMessages(long count) {
    arrivedMessages += count;
  }

  /** In the strict order: chunks may be handed over. */
  void onVerified(long chunkBytes) {
    verifiedBytes += chunkBytes;
  }

  /** The drain is done with a chunk. Any thread. Returns how many bytes it is done with in all. */
  long onDrained(int chunkBytes) {
    return drainedBytes.addAndGet(chunkBytes);
  }

  /**
   * Gives what can be given.
   *
   * @param isPaused whether nothing is to be given however much is done with
   */
  void give(boolean isPaused) {
    long now = 0;
    if (throttled) {
      now = services.time().nanoTime();
      if (now < throttledUntilNanos) return;
      throttled = false;
    }
    if (isPaused) return;
    long credit = creditableBytes() - givenBytes;
    if (credit <= 0) return;
    givenBytes += credit;
    link.consumed((int) credit);
    if (now == 0) now = services.time().nanoTime();
    long pause = admission.take(arrivedMessages, credit, now);
    arrivedMessages = 0;
    if (pause > 0) {
      throttled = true;
      throttledUntilNanos = now + pause;
      services.counters().throttled.increment();
    }
  }

  /**
   * In the strict order chunks wait for a seal that comes after them, so they get credit as they come, as
   * long as the handlers are not behind with what was verified.
   */
  private long creditableBytes() {
    long drained = drainedBytes.get();
    if (!strict) return drained + otherBytes;
    return verifiedBytes - drained < STRICT_DEBT_BYTES ? receivedBytes : givenBytes;
  }

  /** When a sender that sent too much may get credit again. */
  long nextDeadlineNanos() {
    return throttled ? throttledUntilNanos : ReceiveStream.NEVER;
  }
}
