package org.openagi.p2p.messaging.journal;

import java.io.Closeable;
import java.io.IOException;

/** One file of a {@link JournalDisk}. Confined to one thread. */
public interface JournalFile extends Closeable {
  /** Length in bytes. */
  long size() throws IOException;

  /** Writes all bytes of a range at a place; the file grows if it must. */
  void write(long position, byte[] source, int offset, int length) throws IOException;

  /**
   * Reads up to a number of bytes.
   *
   * @return how many were read, fewer only at the end of the file
   */
  int read(long position, byte[] target, int offset, int length) throws IOException;

  /** Cuts the file to a length. */
  void truncate(long length) throws IOException;

  /** Makes durable what was written so far. */
  void sync() throws IOException;

  @Override
  void close() throws IOException;
}
