package org.openagi.p2p.network.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.JournalFile;
import org.openagi.p2p.messaging.journal.JournalListener;
import org.openagi.p2p.messaging.journal.JournalView;

/** A folder whose files cannot be forced to the disk any more from some moment on. */
public final class FailingDisk implements JournalDisk {
  private final JournalDisk folder;
  private final AtomicInteger goodSyncs;

  private FailingDisk(JournalDisk folder, AtomicInteger goodSyncs) {
    this.folder = folder;
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

  private JournalFile failing(JournalFile file) {
    return new JournalFile() {
      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public void write(long position, byte[] source, int offset, int length) throws IOException {
        file.write(position, source, offset, length);
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) throws IOException {
        return file.read(position, target, offset, length);
      }

      @Override
      public void truncate(long length) throws IOException {
        file.truncate(length);
      }

      @Override
      public void sync() throws IOException {
        if (goodSyncs.getAndDecrement() <= 0) throw new IOException("Input/output error");
        file.sync();
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }

  @Override
  public List<String> list() throws IOException {
    return folder.list();
  }

  @Override
  public JournalFile create(String name) throws IOException {
    return failing(folder.create(name));
  }

  @Override
  public JournalFile open(String name) throws IOException {
    return failing(folder.open(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    folder.rename(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    folder.delete(name);
  }

  @Override
  public ByteBuffer sharedMemory(String name, int bytes) throws IOException {
    return folder.sharedMemory(name, bytes);
  }

  @Override
  public JournalView view() {
    return folder.view();
  }

  @Override
  public void sync() throws IOException {
    folder.sync();
  }
}
