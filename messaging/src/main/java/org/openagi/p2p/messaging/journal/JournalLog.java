package org.openagi.p2p.messaging.journal;

import java.util.concurrent.atomic.AtomicBoolean;

/** What the disk's thread has to look at: queued there once until it does. */
abstract sealed class JournalLog permits JournalOutbox, JournalInbox {
  private final AtomicBoolean dirty = new AtomicBoolean();
  private final JournalMessageStore store;

  JournalLog(JournalMessageStore store) {
    this.store = store;
  }

  /** There is something new. Any thread; cheap if the disk's thread was told already. */
  final void touch() {
    if (!dirty.get() && dirty.compareAndSet(false, true)) store.enqueue(this);
  }

  /** What is new from here on must be told anew. The disk's thread, before it looks. */
  final void clean() {
    dirty.set(false);
  }

  final JournalMessageStore store() {
    return store;
  }
}
