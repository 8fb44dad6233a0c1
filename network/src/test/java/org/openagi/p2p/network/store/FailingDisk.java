package org.openagi.p2p.network.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.journal.ForwardingDisk;
import org.openagi.p2p.messaging.journal.ForwardingFile;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.JournalFile;
import org.openagi.p2p.messaging.journal.JournalListener;

/** A folder whose files cannot be forced to the disk any more from some moment on. */
public final class FailingDisk extends ForwardingDisk {
  private final AtomicInteger goodSyncs;

  private FailingDisk(JournalDisk folder, AtomicInteger goodSyncs) {
    super(folder);
    this.goodSyncs = goodSyncs;
  }

  /**
   * The queue of a node on such a disk.
   *
   * @param goodSyncs how many syncs of files succeed from now on; may be set at any time
   */
  public static QueueFolder open(Path data, JournalConfig config, AtomicInteger goodSyncs)
      throws IOException {
    return QueueFolder.open(
        data,
        config,
        TimeSource.system(),
        new JournalListener() {},
        path -> new FailingDisk(new FolderDisk(path), goodSyncs));
  }

  @Override
  protected JournalFile given(JournalFile file) {
    return new ForwardingFile(file) {
      @Override
      public void sync() throws IOException {
        if (goodSyncs.getAndDecrement() <= 0) throw new IOException("Input/output error");
        super.sync();
      }
    };
  }
}
