package org.openagi.p2p.core.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/** Reads fields from a range of an array and never beyond it. Confined to its user. */
public final class WireReader {
  /** In a tag: whoever does not know it may skip it. */
  private static final int SKIPPABLE = 0x80;

  private final byte[] bytes;
  private final int end;
  private int at;

  /** Reads from {@code from} to {@code to}, exclusive. */
  public WireReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  /** Where the next field starts. */
  public int position() {
    return at;
  }

  /** Bytes that are left. */
  public int remaining() {
    return end - at;
  }

  /** The next byte, unsigned, which stays; there must be one. */
  public int peek() {
    if (at >= end) throw new IllegalStateException("nothing is left");
    return bytes[at] & 0xff;
  }

  /** One byte, unsigned. */
  public int u8(String field) throws ProtocolViolationException {
    require(1, field);
    return bytes[at++] & 0xff;
  }

  /** Two bytes, unsigned. */
  public int u16(String field) throws ProtocolViolationException {
    return (int) unsigned(2, field);
  }

  /** Six bytes, unsigned. */
  public long u48(String field) throws ProtocolViolationException {
    return unsigned(6, field);
  }

  /** Eight bytes. */
  public long u64(String field) throws ProtocolViolationException {
    return unsigned(8, field);
  }

  private long unsigned(int length, String field) throws ProtocolViolationException {
    require(length, field);
    long value = 0;
    for (int i = 0; i < length; i++) value = value << 8 | (bytes[at++] & 0xff);
    return value;
  }

  /** A varint between two bounds, both inclusive. */
  public long varint(long min, long max, String field) throws ProtocolViolationException {
    long value = varint(field);
    if (value < min || value > max) {
      throw violation(field + " is " + value + ", allowed are " + min + " to " + max);
    }
    return value;
  }

  private long varint(String field) throws ProtocolViolationException {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      require(1, field);
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        if (b == 0 && shift > 0) throw violation(field + " is not in its shortest form");
        return value;
      }
    }
    throw violation(field + " is a varint of more than 9 bytes");
  }

  /** That many bytes, copied. */
  public Bytes bytes(int length, String field) throws ProtocolViolationException {
    require(length, field);
    at += length;
    return Bytes.wrap(Arrays.copyOfRange(bytes, at - length, at));
  }

  /** A varint length, at most {@code max}, and that many bytes of UTF-8. */
  public String text(int max, String field) throws ProtocolViolationException {
    int length = (int) varint(0, max, field + " length");
    require(length, field);
    at += length;
    return utf8(bytes, at - length, length, field);
  }

  /** UTF-8 of a range, strictly. */
  public static String utf8(byte[] bytes, int offset, int length, String field)
      throws ProtocolViolationException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw violation(field + " is not UTF-8");
    }
  }

  /** Options up to the end of which none is known here: checks the form and the skip bit. */
  public void unknownOptions(String frame) throws ProtocolViolationException {
    int last = -1;
    while (remaining() > 0) {
      int tag = u8(frame + " option");
      if (tag <= last) throw violation(frame + " option " + tag + " after " + last);
      last = tag;
      int length = (int) varint(0, remaining(), frame + " option length");
      require(length, frame + " option " + tag);
      at += length;
      if ((tag & SKIPPABLE) == 0) throw violation(frame + " needs unknown option " + tag);
    }
  }

  private void require(int length, String field) throws ProtocolViolationException {
    if (length > end - at) {
      throw violation(field + " needs " + length + " bytes, " + (end - at) + " are left");
    }
  }

  /** A violation that ends the stream. */
  public static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }
}
