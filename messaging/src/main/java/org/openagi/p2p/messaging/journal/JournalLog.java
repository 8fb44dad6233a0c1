package org.openagi.p2p.messaging.journal;

import java.util.concurrent.atomic.AtomicInteger;

/** What the disk's thread has to look at: queued there once until it does. */
abstract sealed class JournalLog permits JournalOutbox, JournalInbox {
  private static final int CLEAN = 0;
  private static final int CAN_WAIT = 1;
  private static final int URGENT = 2;

  private final AtomicInteger state = new AtomicInteger(CLEAN);
  private final JournalMessageStore store;

  JournalLog(JournalMessageStore store) {
    this.store = store;
  }

  /** There is something new. Any thread; cheap if the disk's thread was told already. */
  final void touch() {
    if (state.get() == URGENT) return;
    int before = state.getAndSet(URGENT);
    if (before == CLEAN) store.enqueue(this);
    if (before != URGENT) store.hurry();
  }

  /** There is something new that nobody waits for: it goes with what comes next. Any thread. */
  final void touchLater() {
    if (state.get() != CLEAN || !state.compareAndSet(CLEAN, CAN_WAIT)) return;
    store.enqueue(this);
    if (state.get() == URGENT) store.hurry(); // whoever made it urgent did so before it was queued
    else store.wakeUp();
  }

  /** What is new from here on must be told anew. The disk's thread, before it looks. */
  final void clean() {
    state.set(CLEAN);
  }

  final JournalMessageStore store() {
    return store;
  }
}
