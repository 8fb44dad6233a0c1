package org.openagi.p2p.messaging.journal;

import java.time.Duration;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.MessageStoreContract;
import org.openagi.p2p.messaging.inbox.InboxLog;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.VirtualTime;

class JournalMessageStoreTest extends MessageStoreContract {
  private JournalMessageStore store;

  @Override
  protected MessageStore newStore() throws Exception {
    store = JournalMessageStore.open(
        new SimDisk(SeededRandom.of(7)),
        JournalConfig.of(8 << 20, JournalConfig.Sync.ALWAYS, Duration.ofMinutes(1), 0),
        SeededRandom.of(8),
        new VirtualTime(),
        Runnable::run,
        new JournalListener() {},
        () -> {});
    return store;
  }

  @Override
  protected void awaitReadable(OutboxLog.Cursor<OutboxEntry> cursor) {
    store.work();
  }

  @Override
  protected void awaitSettled(InboxLog log, long end) {
    store.work();
  }
}
