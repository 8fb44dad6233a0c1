package org.openagi.p2p.network.store;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.MessageStoreContract;
import org.openagi.p2p.messaging.inbox.InboxLog;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.journal.JournalListener;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.testkit.Await;

/** The journal in a real folder, with its thread. */
class QueueFolderContractTest extends MessageStoreContract {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir
  Path folder;

  private @Nullable QueueFolder queue;

  @Override
  protected MessageStore newStore() throws Exception {
    JournalConfig config = JournalConfig.of(
        8 << 20, JournalConfig.Sync.ALWAYS, Duration.ofMinutes(1), QueueFolder.bootId());
    queue = QueueFolder.open(folder, config, TimeSource.system(), new JournalListener() {});
    return queue.store();
  }

  @Override
  protected void closeStore(MessageStore made) {
    assertNotNull(queue);
    queue.close();
  }

  @Override
  protected void awaitReadable(OutboxLog.Cursor<OutboxEntry> cursor) {
    Await.until(PATIENCE, "durable", () -> cursor.peek() != null);
  }

  @Override
  protected void awaitSettled(InboxLog log, long end) {
    Await.until(PATIENCE, "settled", () -> log.acknowledgeableEnd() >= end);
  }
}
