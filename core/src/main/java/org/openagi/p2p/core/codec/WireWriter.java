package org.openagi.p2p.core.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiformats.Varint;

/** Writes the fields of a small frame into an array that grows. Confined to its user. */
public final class WireWriter {
  private byte[] bytes;
  private int at;

  /** Starts with room for so many bytes. */
  public WireWriter(int sizeHint) {
    bytes = new byte[sizeHint];
  }

  /** Adds the low byte. */
  public WireWriter u8(int value) {
    return unsigned(value, 1);
  }

  /** Adds two bytes. */
  public WireWriter u16(int value) {
    return unsigned(value, 2);
  }

  /** Adds eight bytes. */
  public WireWriter u64(long value) {
    return unsigned(value, 8);
  }

  private WireWriter unsigned(long value, int length) {
    reserve(length);
    for (int i = length - 1; i >= 0; i--) bytes[at++] = (byte) (value >>> (8 * i));
    return this;
  }

  /** Adds a varint. */
  public WireWriter varint(long value) {
    reserve(Varint.MAX_BYTES);
    at = Varint.write(value, bytes, at);
    return this;
  }

  /** Adds bytes as they are. */
  public WireWriter bytes(Bytes value) {
    reserve(value.length());
    value.copyTo(0, bytes, at, value.length());
    at += value.length();
    return this;
  }

  /** Adds bytes as they are. */
  public WireWriter bytes(byte[] value) {
    reserve(value.length);
    System.arraycopy(value, 0, bytes, at, value.length);
    at += value.length;
    return this;
  }

  /** Length and UTF-8, cut at a character so that it takes at most {@code max} bytes. */
  public WireWriter text(String value, int max) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    int length = utf8.length;
    if (length > max) {
      length = max;
      while (length > 0 && (utf8[length] & 0xc0) == 0x80) length--;
    }
    varint(length);
    return bytes(length == utf8.length ? utf8 : Arrays.copyOf(utf8, length));
  }

  /** What was written. */
  public byte[] toArray() {
    return Arrays.copyOf(bytes, at);
  }

  /** What was written as the body of a frame. */
  public byte[] toFrame(int type) {
    byte[] frame = new byte[1 + Varint.sizeOf(at) + at];
    frame[0] = (byte) type;
    int body = Varint.write(at, frame, 1);
    System.arraycopy(bytes, 0, frame, body, at);
    return frame;
  }

  private void reserve(int more) {
    if (at + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(at + more, 2 * at));
  }
}
