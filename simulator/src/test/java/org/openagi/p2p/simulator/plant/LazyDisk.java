package org.openagi.p2p.simulator.plant;

import org.openagi.p2p.messaging.journal.ForwardingDisk;
import org.openagi.p2p.messaging.journal.ForwardingFile;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.JournalFile;

/** A disk that says it has made files durable and has not. */
public final class LazyDisk extends ForwardingDisk {
  public LazyDisk(JournalDisk disk) {
    super(disk);
  }

  @Override
  protected JournalFile given(JournalFile file) {
    return new ForwardingFile(file) {
      @Override
      public void sync() {}
    };
  }
}
