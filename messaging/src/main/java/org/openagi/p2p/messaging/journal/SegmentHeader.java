package org.openagi.p2p.messaging.journal;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The first 64 bytes of a segment.
 *
 * @param id counts segments from 1
 * @param salt goes into the checksum of each record, so that bytes of an earlier use of the file never pass
 * @param capacity bytes of the file
 * @param createdMillis since 1970
 * @param bootId run of the operating system that wrote it
 * @param forced whether groups are forced to the disk before they count
 * @see "docs/wire/journal.md, section 2"
 */
record SegmentHeader(
    long id, int salt, long capacity, long createdMillis, long bootId, boolean forced) {
  static final int BYTES = 64;

  private static final long MAGIC = 0x4f4147_494a524eL << 8 | 1; // "OAGIJRN", version 1
  private static final int CRC_OFFSET = 60;

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    out.putLong(MAGIC).putLong(id).putInt(salt).putInt(forced ? 1 : 0);
    out.putLong(capacity).putLong(createdMillis).putLong(bootId);
    out.putInt(CRC_OFFSET, crc(out.array()));
    return out.array();
  }

  static Optional<SegmentHeader> decode(byte[] bytes) {
    if (bytes.length < BYTES) return Optional.empty();
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, BYTES);
    if (in.getInt(CRC_OFFSET) != crc(bytes) || in.getLong() != MAGIC) return Optional.empty();
    long id = in.getLong();
    int salt = in.getInt();
    boolean forced = in.getInt() != 0;
    return Optional.of(
        new SegmentHeader(id, salt, in.getLong(), in.getLong(), in.getLong(), forced));
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CRC_OFFSET);
    return (int) crc.getValue();
  }
}
