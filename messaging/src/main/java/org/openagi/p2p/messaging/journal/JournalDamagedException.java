package org.openagi.p2p.messaging.journal;

import java.io.IOException;

/** A journal holds something that it cannot hold unless the disk changed it. Names file and offset. */
public final class JournalDamagedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String what;

  JournalDamagedException(String file, long offset, String what) {
    super("journal is damaged: " + file + " at offset " + offset + ": " + what);
    this.file = file;
    this.offset = offset;
    this.what = what;
  }

  /** The name of the file. */
  public String file() {
    return file;
  }

  /** What is wrong there. */
  public String what() {
    return what;
  }

  /** The offset of the first byte that cannot be trusted. */
  public long offset() {
    return offset;
  }
}
