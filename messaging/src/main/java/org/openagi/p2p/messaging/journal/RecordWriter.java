package org.openagi.p2p.messaging.journal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiformats.Varint;

/** Builds one record at a time, header included but for the checksum, which depends on its place. Confined. */
final class RecordWriter {
  private byte[] bytes = new byte[1024];
  private int at;

  RecordWriter begin(int type) {
    at = RecordType.HEADER_BYTES;
    bytes[at - 1] = (byte) type;
    return this;
  }

  RecordWriter u8(int value) {
    reserve(1);
    bytes[at++] = (byte) value;
    return this;
  }

  RecordWriter u32(int value) {
    return unsigned(value, 4);
  }

  RecordWriter u48(long value) {
    return unsigned(value, 6);
  }

  RecordWriter u64(long value) {
    return unsigned(value, 8);
  }

  private RecordWriter unsigned(long value, int length) {
    reserve(length);
    for (int i = length - 1; i >= 0; i--) bytes[at++] = (byte) (value >>> (8 * i));
    return this;
  }

  RecordWriter varint(long value) {
    reserve(Varint.MAX_BYTES);
    at = Varint.write(value, bytes, at);
    return this;
  }

  RecordWriter bytes(Bytes value) {
    reserve(value.length());
    value.copyTo(0, bytes, at, value.length());
    at += value.length();
    return this;
  }

  RecordWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    varint(utf8.length);
    reserve(utf8.length);
    System.arraycopy(utf8, 0, bytes, at, utf8.length);
    at += utf8.length;
    return this;
  }

  byte[] array() {
    return bytes;
  }

  /** Bytes so far, header included. */
  int length() {
    return at;
  }

  private void reserve(int more) {
    if (at + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(at + more, 2 * at));
  }
}
