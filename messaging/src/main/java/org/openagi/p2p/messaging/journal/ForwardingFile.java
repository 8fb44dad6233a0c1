package org.openagi.p2p.messaging.journal;

import java.io.IOException;

/** A file that is another one but for what a subclass changes. */
public abstract class ForwardingFile implements JournalFile {
  private final JournalFile file;

  protected ForwardingFile(JournalFile file) {
    this.file = file;
  }

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
    file.sync();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
