package org.openagi.p2p.simulator.node;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.openagi.p2p.messaging.journal.ForwardingDisk;
import org.openagi.p2p.messaging.journal.ForwardingFile;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.JournalFile;

/** A disk that knows whether everything that was written to it was forced as well: what the journal may rely on. */
final class WatchedDisk extends ForwardingDisk {
  private final Set<JournalFile> unforced = new HashSet<>();

  WatchedDisk(JournalDisk disk) {
    super(disk);
  }

  /** Whether nothing of what was written can be lost. */
  boolean isForced() {
    return unforced.isEmpty();
  }

  @Override
  protected JournalFile given(JournalFile file) {
    return new WatchedFile(file);
  }

  private final class WatchedFile extends ForwardingFile {
    WatchedFile(JournalFile file) {
      super(file);
    }

    @Override
    public void write(long position, byte[] source, int offset, int length) throws IOException {
      unforced.add(this);
      super.write(position, source, offset, length);
    }

    @Override
    public void truncate(long length) throws IOException {
      unforced.add(this);
      super.truncate(length);
    }

    @Override
    public void sync() throws IOException {
      super.sync();
      unforced.remove(this);
    }
  }
}
