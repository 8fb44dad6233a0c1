package org.openagi.p2p.messaging.inbox;

/**
 * Which numbers may be handed to handlers. A number is leased, durably, before its message is handed over: so whoever
 * starts after a crash knows which messages a handler may have seen, and that it saw none beyond.
 *
 * <p>The next lease is asked for when half of the last one is used, so that handlers do not wait for the disk; when
 * they had to all the same, it is made larger. Confined to the lane's drain, but for {@link #isAwaited}.
 */
final class Lease {
  /** The most numbers of a lease: what a handler may see again, marked, after a crash. */
  static final int MAX_NUMBERS = 64 << 10;

  private final InboxLog log;
  private int size = InboxLog.LEASE_NUMBERS;
  private long askedEnd;
  private long renewAt;
  private volatile boolean awaited;

  Lease(InboxLog log) {
    this.log = log;
  }

  /** Whether a number may be handed over now; if not, the store tells when there is news. */
  boolean covers(long number) {
    return number < renewAt || renew(number);
  }

  /** Asks for the first lease, before there is a message that needs it. */
  void prepare(long number) {
    if (log.leasedEnd() == InboxLog.ALL) return;
    askedEnd = number + size;
    log.lease(askedEnd);
  }

  private boolean renew(long number) {
    long end = log.leasedEnd();
    if (end == InboxLog.ALL) {
      renewAt = InboxLog.ALL;
      return true;
    }
    if (askedEnd - number <= size / 2) {
      if (number >= end) size = Math.min(2 * size, MAX_NUMBERS);
      askedEnd = number + size;
      log.lease(askedEnd);
    }
    if (number >= end) {
      awaited = true; // first, so that either we see the new end or the store sees that we wait
      end = log.leasedEnd();
      if (number >= end) return false;
    }
    awaited = false;
    renewAt = Math.min(end, askedEnd - size / 2);
    return true;
  }

  /** Whether the drain waits for the store. Any thread. */
  boolean isAwaited() {
    return awaited;
  }
}
