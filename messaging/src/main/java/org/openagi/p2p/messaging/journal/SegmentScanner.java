package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads the records of one segment in order, up to the first that is not whole.
 *
 * @see "docs/wire/journal.md, section 4"
 */
final class SegmentScanner {
  /** The largest file that can be a segment: the largest message and what belongs to it. */
  static final long MAX_BYTES = 512L << 20;

  /** Gets each record. */
  interface Sink {
    void onRecord(int type, RecordReader body, byte[] bytes, int from, int to)
        throws RecordReader.MalformedException, IOException;
  }

  private final String name;
  private final SegmentHeader header;
  private final byte[] bytes;
  private final CRC32C crc = new CRC32C();

  /** Where the first record starts that is not whole; after the last one. */
  long tail = SegmentHeader.BYTES;

  /** Whether the segment has its last record. */
  boolean ended;

  long nextId;
  int nextSalt;
  int groups;

  SegmentScanner(String name, SegmentHeader header, byte[] bytes) {
    this.name = name;
    this.header = header;
    this.bytes = bytes;
  }

  static byte[] readAll(String name, JournalFile file) throws IOException {
    long size = file.size();
    if (size > MAX_BYTES) {
      throw new JournalDamagedException(name, MAX_BYTES, "file of " + size + " bytes");
    }
    byte[] bytes = new byte[(int) size];
    int read = file.read(0, bytes, 0, bytes.length);
    return read == bytes.length ? bytes : java.util.Arrays.copyOf(bytes, read);
  }

  void scan(Sink sink) throws IOException {
    while (!ended) {
      int at = (int) tail;
      int length = lengthAt(at);
      if (length < 0) return;
      int type = bytes[at + 8] & 0xff;
      int from = at + RecordType.HEADER_BYTES;
      RecordReader body = new RecordReader(bytes, from, from + length);
      try {
        switch (type) {
          case RecordType.GROUP -> groups++;
          case RecordType.END -> onEnd(body);
          default -> sink.onRecord(type, body, bytes, from, from + length);
        }
      } catch (RecordReader.MalformedException e) {
        throw new JournalDamagedException(
            name, at, "record of type " + type + ": " + e.getMessage());
      }
      if (!ended) tail = (long) from + length;
    }
  }

  /** Goes on behind the record at the tail, which is whole though its content is wrong. */
  void skip() {
    tail += RecordType.HEADER_BYTES + Math.max(0, lengthAt((int) tail));
  }

  private void onEnd(RecordReader body) throws RecordReader.MalformedException {
    nextId = body.u64();
    nextSalt = body.u32();
    ended = true;
  }

  /** The length of the body of a whole record, -1 if there is none. */
  private int lengthAt(int at) {
    if (at + RecordType.HEADER_BYTES > bytes.length) return -1;
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int length = in.getInt(at + 4);
    if (length < 0 || length > bytes.length - at - RecordType.HEADER_BYTES) return -1;
    if (bytes[at + 8] == 0) return -1;
    return in.getInt(at) == sum(at, length) ? length : -1;
  }

  private int sum(int at, int length) {
    crc.reset();
    crc.update(bytes, at + 4, length + 5);
    return ((int) crc.getValue()) ^ header.salt() ^ at;
  }

  /**
   * Looks behind the tail for a record that was written when the tail had been forced to the disk: then it is no torn
   * end of a crash.
   *
   * @return the offset of that record, -1 if there is none
   */
  long proofOfDamage() {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    for (int at = (int) tail + 1; at + RecordType.END_BYTES <= bytes.length; at++) {
      int length = in.getInt(at + 4);
      int type = bytes[at + 8];
      boolean group = type == RecordType.GROUP && length == RecordType.GROUP_BODY_BYTES;
      boolean end = type == RecordType.END && length == RecordType.END_BODY_BYTES;
      if (!(group || end) || lengthAt(at) < 0) continue;
      if (end || in.getLong(at + RecordType.HEADER_BYTES) > tail) return at;
    }
    return -1;
  }

  /** Whether something other than zeros follows the tail. */
  boolean hasTorn() {
    return tornBytes() > 0;
  }

  /** Bytes up to the last one behind the tail that is not zero. */
  long tornBytes() {
    int last = bytes.length - 1;
    while (last >= tail && bytes[last] == 0) last--;
    return last + 1 - tail;
  }
}
