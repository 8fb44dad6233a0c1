package org.openagi.p2p.messaging.journal;

import java.io.IOException;

/** Takes records. */
interface RecordSink {
  /** Takes a record whose body ends with a range of another array. Both stay the caller's. */
  void append(RecordWriter record, byte[] rest, int restFrom, int restLength) throws IOException;
}
