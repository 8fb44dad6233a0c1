package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk that is another one but for what a subclass changes: the base of disks that watch or fail. */
public abstract class ForwardingDisk implements JournalDisk {
  private final JournalDisk disk;

  protected ForwardingDisk(JournalDisk disk) {
    this.disk = disk;
  }

  /** What is given out for a file that the other disk made or opened. */
  protected abstract JournalFile given(JournalFile file);

  @Override
  public List<String> list() throws IOException {
    return disk.list();
  }

  @Override
  public JournalFile create(String name) throws IOException {
    return given(disk.create(name));
  }

  @Override
  public JournalFile open(String name) throws IOException {
    return given(disk.open(name));
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
}
