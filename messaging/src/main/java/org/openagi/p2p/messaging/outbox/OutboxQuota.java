package org.openagi.p2p.messaging.outbox;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How much an outbox may hold: messages and bytes, of one peer and of the node. Safe for any thread.
 *
 * <p>What one of those that share a parent holds is at most what that has left: n that take all they get leave
 * as much again as each of them has, so one that is slow or away can't make the node refuse messages to the
 * rest. Whoever holds nothing may always take what is left.
 *
 * <p>Both counts live in one word, so that taking both is one atomic addition.
 */
public final class OutboxQuota {
  /** What a message costs in memory besides its payload, about. */
  public static final int OVERHEAD_BYTES = 128;

  /** The most messages a quota can count. */
  public static final int MAX_MESSAGES = 1 << 23;

  /** The most bytes a quota can count. */
  public static final long MAX_BYTES = 1L << 38;

  private static final int MESSAGE_SHIFT = 39;
  private static final long BYTES_MASK = (1L << MESSAGE_SHIFT) - 1;

  private final String name;
  private final @Nullable OutboxQuota parent;
  private final int maxMessages;
  private final long maxBytes;
  private final AtomicLong used = new AtomicLong();
  private volatile @Nullable Runnable onRelease;

  /**
   * A quota, empty at first.
   *
   * @param name of whom it is, for refusals
   * @param parent a wider quota that must have room as well, or null
   */
  public OutboxQuota(String name, @Nullable OutboxQuota parent, int maxMessages, long maxBytes) {
    if (maxMessages < 1 || maxMessages > MAX_MESSAGES || maxBytes < 1 || maxBytes > MAX_BYTES) {
      throw new IllegalArgumentException("outbox of " + maxMessages + " messages, " + maxBytes
          + " bytes; allowed are 1 to " + MAX_MESSAGES + " and 1 to " + MAX_BYTES);
    }
    this.name = name;
    this.parent = parent;
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  /**
   * Takes room for one message.
   *
   * @return null if there was room, else why not, for people
   */
  public @Nullable String reserve(int payloadBytes) {
    long cost = cost(1, payloadBytes);
    long now = used.addAndGet(cost);
    long messages = now >>> MESSAGE_SHIFT;
    long bytes = now & BYTES_MASK;
    if (messages > maxMessages || bytes > maxBytes) {
      used.addAndGet(-cost);
      return "outbox of " + name + " holds " + (messages - 1) + " of " + maxMessages
          + " messages and " + (bytes - payloadBytes - OVERHEAD_BYTES) + " of " + maxBytes
          + " bytes";
    }
    if (parent != null) {
      String full = parent.reserve(payloadBytes);
      if (full == null) full = shareInParent(parent, bytes, payloadBytes);
      if (full != null) {
        used.addAndGet(-cost);
        return full;
      }
    }
    return null;
  }

  /** Null if the rest of the node's room is enough for others; else gives back what was taken of it. */
  private @Nullable String shareInParent(OutboxQuota of, long bytes, int payloadBytes) {
    long taken = payloadBytes + (long) OVERHEAD_BYTES;
    long held = bytes - taken;
    long free = of.freeBytes() + taken;
    if (held <= free) return null;
    of.used.addAndGet(-cost(1, payloadBytes));
    return "outbox of " + name + " holds " + held + " bytes, and the " + free + " of " + of.maxBytes
        + " left in that of " + of.name + " are kept for others";
  }

  /** What nobody has taken. */
  long freeBytes() {
    return maxBytes - bytes();
  }

  /** Takes room for what is here already, whether there is room or not. */
  public void take(int messages, long payloadBytes) {
    used.addAndGet(cost(messages, payloadBytes));
    if (parent != null) parent.take(messages, payloadBytes);
  }

  /** Gives room back. */
  public void release(int messages, long payloadBytes) {
    used.addAndGet(-cost(messages, payloadBytes));
    if (parent != null) parent.release(messages, payloadBytes);
    Runnable listener = onRelease;
    if (listener != null) listener.run();
  }

  /** Sets who is told, on the thread that gives it back, of room in this quota or in a narrower one. */
  public void onRelease(Runnable listener) {
    onRelease = listener;
  }

  /** Whether a payload of this size has room when there is nothing else. */
  public boolean couldHold(int payloadBytes) {
    return payloadBytes + (long) OVERHEAD_BYTES <= maxBytes
        && (parent == null || parent.couldHold(payloadBytes));
  }

  /** Messages held. */
  public int messages() {
    return (int) (used.get() >>> MESSAGE_SHIFT);
  }

  /** Bytes held. */
  public long bytes() {
    return used.get() & BYTES_MASK;
  }

  private static long cost(int messages, long payloadBytes) {
    return ((long) messages << MESSAGE_SHIFT) + payloadBytes + (long) messages * OVERHEAD_BYTES;
  }
}
