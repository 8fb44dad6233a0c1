package org.openagi.p2p.messaging.journal;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.codec.Refusal;
import org.openagi.p2p.messaging.inbox.InboxLog;

/** What the journal remembers of a sender's lane and epoch. */
final class JournalInbox extends JournalLog implements InboxLog {
  /** Refusals remembered; beyond it the oldest is forgotten. */
  static final int MAX_REFUSALS = 2048;

  /** Whose numbers these are, and what records call them. */
  record Place(int id, PeerId sender, Lane lane, long epoch) {}

  private final Place place;
  private final long redeliveredEnd;
  private final AtomicLong handledEnd;
  private final AtomicLong settledEnd;
  private final AtomicLong askedLease;
  private volatile long acknowledgeableEnd;
  private volatile long leasedEnd;
  private volatile @Nullable Runnable wakeUp;

  /** The first refusal that is not written: what comes after it is not entered on the board. Written under the lock. */
  private volatile long enterableEnd = ALL;

  private final ConcurrentLinkedQueue<Refusal> unwritten = new ConcurrentLinkedQueue<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Refusal> refusals = new ArrayDeque<>();

  // The disk's thread:
  private boolean declared;
  private long handledWritten;
  private long settledWritten;
  private long leaseWritten;
  private long handledSeen;
  private long settledSeen;
  private long leaseSeen;

  /** An inbox with what was recovered. */
  JournalInbox(
      JournalMessageStore store,
      Place place,
      long handled,
      long settled,
      long leased,
      Collection<Refusal> known) {
    super(store);
    this.place = place;
    this.redeliveredEnd = leased;
    this.handledEnd = new AtomicLong(handled);
    this.settledEnd = new AtomicLong(settled);
    this.askedLease = new AtomicLong(leased);
    this.acknowledgeableEnd = settled;
    this.leasedEnd = leased;
    this.handledWritten = handled;
    this.settledWritten = settled;
    this.leaseWritten = leased;
    this.refusals.addAll(known);
  }

  Place place() {
    return place;
  }

  @Override
  public long handledEnd() {
    return handledEnd.get();
  }

  @Override
  public long acknowledgedEnd() {
    return acknowledgeableEnd;
  }

  @Override
  public long redeliveredEnd() {
    return redeliveredEnd;
  }

  @Override
  public List<Refusal> refusals() {
    lock.lock();
    try {
      return List.copyOf(refusals);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long leasedEnd() {
    return leasedEnd;
  }

  @Override
  public void lease(long end) {
    if (raise(askedLease, end)) touch();
  }

  @Override
  public void onHandled(long end) {
    // One writer, the lane's drain, so no contention: a plain store with release would do as well.
    if (end > handledEnd.getPlain()) {
      handledEnd.setRelease(end);
      if (end <= enterableEnd) {
        store().board().enter(place, end);
        touchLater(); // the board has it, and whoever verifies it asks for more
      } else {
        touch();
      }
    }
  }

  @Override
  public void onRefused(Refusal refusal) {
    lock.lock();
    try {
      if (refusals.size() >= MAX_REFUSALS) refusals.removeFirst();
      refusals.addLast(refusal);
      unwritten.add(refusal);
      if (enterableEnd == ALL) enterableEnd = refusal.number();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void settle(long end) {
    if (raise(settledEnd, end)) touch();
  }

  private static boolean raise(AtomicLong value, long to) {
    return to > value.get() && value.getAndAccumulate(to, Math::max) < to;
  }

  @Override
  public long acknowledgeableEnd() {
    return acknowledgeableEnd;
  }

  @Override
  public void setWakeUp(Runnable told) {
    wakeUp = told;
  }

  // ---- the disk's thread ----

  boolean isDeclared() {
    return declared;
  }

  void declare() {
    declared = true;
  }

  /** Looks at what others want, before the queues that must be written first are emptied. */
  void sample() {
    settledSeen = settledEnd.get();
    handledSeen = Math.max(handledEnd.getAcquire(), settledSeen);
    leaseSeen = askedLease.get();
  }

  @Nullable
  Refusal pollRefusal() {
    return unwritten.poll();
  }

  long handledSeen() {
    return handledSeen;
  }

  long settledSeen() {
    return settledSeen;
  }

  long leaseSeen() {
    return leaseSeen;
  }

  /** Whether the marks that were seen are not written; they are from now on. */
  boolean writesMark() {
    boolean news = handledSeen > handledWritten || settledSeen > settledWritten;
    handledWritten = handledSeen;
    settledWritten = settledSeen;
    return news;
  }

  boolean writesLease() {
    boolean news = leaseSeen > leaseWritten;
    leaseWritten = leaseSeen;
    return news;
  }

  /** Whether somebody waits for what was seen to be durable. */
  boolean isAwaited() {
    return settledSeen > acknowledgeableEnd || leaseSeen > leasedEnd;
  }

  /** What was seen is durable. */
  void publish() {
    if (enterableEnd != ALL) letRefusalsPass();
    if (!isAwaited()) return;
    acknowledgeableEnd = settledSeen;
    leasedEnd = leaseSeen;
    wake();
  }

  void wake() {
    Runnable told = wakeUp;
    if (told != null) told.run();
  }

  private void letRefusalsPass() {
    lock.lock();
    try {
      if (unwritten.isEmpty()) enterableEnd = ALL;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The state as written, for the beginning of a segment, and all refusals: who reads it leaves out those whose numbers
   * are not handled.
   */
  void snapshot(JournalRecords to) throws java.io.IOException {
    to.inbox(place, handledWritten, settledWritten, leaseWritten);
    for (Refusal refusal : refusals()) to.refused(place.id(), refusal);
  }
}
