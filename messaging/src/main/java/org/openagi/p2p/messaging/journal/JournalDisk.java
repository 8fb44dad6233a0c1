package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A folder of files, as the journal sees it: the port that connects it to a disk or to a simulation. Confined to one
 * thread. Nothing survives a crash before the {@code sync} that covers it, and without one any part of it may.
 */
public interface JournalDisk {
  /** The names of the files here, in any order. */
  List<String> list() throws IOException;

  /** Makes an empty file; one of this name must not exist. */
  JournalFile create(String name) throws IOException;

  /** Opens a file that exists. */
  JournalFile open(String name) throws IOException;

  /** Gives a file another name; open files stay usable. */
  void rename(String from, String to) throws IOException;

  /** Removes a file. */
  void delete(String name) throws IOException;

  /**
   * Memory of a name that later processes find as it was left, as long as the machine runs; zeros at first. What is put
   * there needs no sync and may be lost with the power.
   *
   * @param bytes the same at each call
   */
  default ByteBuffer sharedMemory(String name, int bytes) throws IOException {
    return ByteBuffer.allocate(bytes);
  }

  /** The same folder for another thread that only reads. */
  JournalView view();

  /** Makes names durable: what was made, renamed and deleted so far. */
  void sync() throws IOException;
}
