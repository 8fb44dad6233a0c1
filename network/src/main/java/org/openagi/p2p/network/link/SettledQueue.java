package org.openagi.p2p.network.link;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells users of the end of their messages, in order, on a virtual thread. Safe for any thread.
 *
 * <p>An entry keeps its room in the outbox until its observers were told, so what waits here is bounded by
 * the outbox, and a user who blocks is refused in the end.
 */
final class SettledQueue {
  /** Told of each entry after its user was. */
  interface Tap {
    void onTold(OutboxEntry entry);
  }

  private static final Logger LOG = LoggerFactory.getLogger(SettledQueue.class);

  /** Entries told before their room is given back: few enough to be soon, enough to be cheap. */
  private static final int RELEASE_STEP = 64;

  private final OutboxQuota quota;
  private final Tap tap;
  private final ConcurrentLinkedQueue<List<OutboxEntry>> batches = new ConcurrentLinkedQueue<>();
  private final AtomicInteger wakeUps = new AtomicInteger();

  SettledQueue(OutboxQuota quota, Tap tap) {
    this.quota = quota;
    this.tap = tap;
  }

  void add(List<OutboxEntry> entries) {
    batches.add(entries);
    if (wakeUps.getAndIncrement() == 0) {
      Thread.ofVirtual().name("message-settled").start(this::drain);
    }
  }

  private void drain() {
    int seen = wakeUps.get();
    do {
      List<OutboxEntry> batch;
      while ((batch = batches.poll()) != null) tell(batch);
      seen = wakeUps.addAndGet(-seen);
    } while (seen != 0);
  }

  private void tell(List<OutboxEntry> batch) {
    int messages = 0;
    long bytes = 0;
    for (int i = 0; i < batch.size(); i++) {
      OutboxEntry entry = batch.get(i);
      tell(entry);
      messages++;
      bytes += entry.message().payload().length();
      if (messages == RELEASE_STEP) {
        quota.release(messages, bytes);
        messages = 0;
        bytes = 0;
      }
    }
    quota.release(messages, bytes);
  }

  private void tell(OutboxEntry entry) {
    try {
      entry.tellObservers();
      tap.onTold(entry);
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).addKeyValue("message", entry.messageId()).log("listener threw");
    }
  }
}
