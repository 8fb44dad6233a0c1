package org.openagi.p2p.simulator.plant;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.JournalFile;
import org.openagi.p2p.messaging.journal.JournalView;

/** A disk that says it has made files durable and has not. */
public final class LazyDisk implements JournalDisk {
  private final JournalDisk disk;

  public LazyDisk(JournalDisk disk) {
    this.disk = disk;
  }

  @Override
  public List<String> list() throws IOException {
    return disk.list();
  }

  @Override
  public JournalFile create(String name) throws IOException {
    return new LazyFile(disk.create(name));
  }

  @Override
  public JournalFile open(String name) throws IOException {
    return new LazyFile(disk.open(name));
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

  private record LazyFile(JournalFile file) implements JournalFile {
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
    public void sync() {}

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
