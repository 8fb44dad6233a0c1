package org.openagi.p2p.simulator.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.JournalFile;
import org.openagi.p2p.messaging.journal.JournalView;

/** A disk that knows whether everything that was written to it was forced as well: what the journal may rely on. */
final class WatchedDisk implements JournalDisk {
  private final JournalDisk disk;
  private final Set<JournalFile> unforced = new HashSet<>();

  WatchedDisk(JournalDisk disk) {
    this.disk = disk;
  }

  /** Whether nothing of what was written can be lost. */
  boolean isForced() {
    return unforced.isEmpty();
  }

  @Override
  public List<String> list() throws IOException {
    return disk.list();
  }

  @Override
  public JournalFile create(String name) throws IOException {
    return new WatchedFile(disk.create(name));
  }

  @Override
  public JournalFile open(String name) throws IOException {
    return new WatchedFile(disk.open(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    disk.delete(name);
  }

  @Override
  public ByteBuffer sharedMemory(String name, int bytes) throws IOException {
    return disk.sharedMemory(name, bytes);
  }

  @Override
  public JournalView view() {
    return disk.view();
  }

  @Override
  public void sync() throws IOException {
    disk.sync();
  }

  private final class WatchedFile implements JournalFile {
    private final JournalFile file;

    WatchedFile(JournalFile file) {
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void write(long position, byte[] source, int offset, int length) throws IOException {
      unforced.add(this);
      file.write(position, source, offset, length);
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
      return file.read(position, target, offset, length);
    }

    @Override
    public void truncate(long length) throws IOException {
      unforced.add(this);
      file.truncate(length);
    }

    @Override
    public void sync() throws IOException {
      file.sync();
      unforced.remove(this);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
