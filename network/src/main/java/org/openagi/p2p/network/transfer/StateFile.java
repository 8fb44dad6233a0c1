package org.openagi.p2p.network.transfer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.transfer.TransferId;

/**
 * What stands in the file beside a partial one.
 *
 * @param id of the transfer
 * @param sender bytes of the sender's peer id
 * @param records in the order they were written
 * @see "docs/wire/transfer-1.0.md, section 5.1"
 */
record StateFile(TransferId id, Bytes sender, List<Checkpoint> records) {
  /** A file that reaches this length begins again with its last record; 20,000 of them fit. */
  static final int MAX_BYTES = 1 << 20;

  static final int RECORD_BYTES = 45;
  private static final byte[] MAGIC = "OAGITRS1".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGEST_BYTES = 32;
  private static final int CHECKSUM_BYTES = 4;
  private static final int FIXED_BYTES = MAGIC.length + TransferId.LENGTH + 1;

  /**
   * So much was forced to disk, or everything.
   *
   * @param complete whether the content is complete and about to get its name
   * @param offset bytes of the content
   * @param digest SHA-256 of these
   */
  record Checkpoint(boolean complete, long offset, Bytes digest) {
    private static final int FORCED = 1;
    private static final int COMPLETE = 2;

    byte[] encode() {
      ByteBuffer out = ByteBuffer.allocate(RECORD_BYTES);
      out.put((byte) (complete ? COMPLETE : FORCED)).putLong(offset).put(digest.toArray());
      return out.putInt(checksum(out.array(), 0, out.position())).array();
    }

    /** The record at that place, empty if what stands there is none. */
    private static Optional<Checkpoint> decode(byte[] file, int at) {
      if (file.length - at < RECORD_BYTES) return Optional.empty();
      ByteBuffer in = ByteBuffer.wrap(file, at, RECORD_BYTES);
      int kind = in.get();
      long offset = in.getLong();
      Bytes digest = Bytes.copyOf(file, in.position(), DIGEST_BYTES);
      boolean whole = in.getInt(at + RECORD_BYTES - CHECKSUM_BYTES)
          == checksum(file, at, RECORD_BYTES - CHECKSUM_BYTES);
      boolean valid = whole && (kind == FORCED || kind == COMPLETE) && offset >= 0;
      return valid
          ? Optional.of(new Checkpoint(kind == COMPLETE, offset, digest))
          : Optional.empty();
    }
  }

  /** The whole file. */
  byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    out.writeBytes(id.bytes().toArray());
    out.write(sender.length());
    out.writeBytes(sender.toArray());
    byte[] soFar = out.toByteArray();
    out.writeBytes(ByteBuffer.allocate(CHECKSUM_BYTES)
        .putInt(checksum(soFar, 0, soFar.length))
        .array());
    records.forEach(each -> out.writeBytes(each.encode()));
    return out.toByteArray();
  }

  /** Reads a file; empty if it is none of this kind, or its beginning is damaged. */
  static Optional<StateFile> decode(byte[] file) {
    if (file.length < FIXED_BYTES || file.length > MAX_BYTES + RECORD_BYTES)
      return Optional.empty();
    int senderLength = file[FIXED_BYTES - 1] & 0xff;
    int headerLength = FIXED_BYTES + senderLength;
    if (file.length < headerLength + CHECKSUM_BYTES) return Optional.empty();
    if (!Bytes.copyOf(file, 0, MAGIC.length).equals(Bytes.wrap(MAGIC))) return Optional.empty();
    int told = ByteBuffer.wrap(file).getInt(headerLength);
    if (told != checksum(file, 0, headerLength)) return Optional.empty();
    return Optional.of(new StateFile(
        new TransferId(Bytes.copyOf(file, MAGIC.length, TransferId.LENGTH)),
        Bytes.copyOf(file, FIXED_BYTES, senderLength),
        records(file, headerLength + CHECKSUM_BYTES)));
  }

  private static List<Checkpoint> records(byte[] file, int from) {
    List<Checkpoint> records = new ArrayList<>();
    for (int at = from; ; at += RECORD_BYTES) {
      Optional<Checkpoint> next = Checkpoint.decode(file, at);
      if (next.isEmpty()) return records;
      records.add(next.get());
    }
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
