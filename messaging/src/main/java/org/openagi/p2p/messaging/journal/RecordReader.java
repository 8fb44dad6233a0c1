package org.openagi.p2p.messaging.journal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;

/** Reads the fields of a record's body and never beyond it. Confined to its user. */
final class RecordReader {
  /** A record whose checksum is right and whose content is not. */
  static class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String what) {
      super(what, null, false, false);
    }
  }

  /** A record speaks of a lane that none before it declared. */
  static final class UnknownLaneException extends MalformedException {
    private static final long serialVersionUID = 1L;

    UnknownLaneException(int id) {
      super("lane " + id + " is not declared");
    }
  }

  /** No lane gets further: at a million numbers a second that takes 146,000 years. */
  private static final long MAX_NUMBER = 1L << 62;

  private final byte[] bytes;
  private final int end;
  private int at;

  RecordReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  int remaining() {
    return end - at;
  }

  int u8() throws MalformedException {
    return (int) unsigned(1);
  }

  int u32() throws MalformedException {
    return (int) unsigned(4);
  }

  long u48() throws MalformedException {
    return unsigned(6);
  }

  long u64() throws MalformedException {
    return unsigned(8);
  }

  private long unsigned(int length) throws MalformedException {
    require(length);
    long value = 0;
    for (int i = 0; i < length; i++) value = value << 8 | (bytes[at++] & 0xff);
    return value;
  }

  long varint() throws MalformedException {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      require(1);
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) return value;
    }
    throw new MalformedException("varint of more than 9 bytes");
  }

  /** A number of a message: from 1 on. */
  long number() throws MalformedException {
    long value = varint();
    if (value < 1 || value > MAX_NUMBER) throw new MalformedException("number " + value);
    return value;
  }

  Lane lane() throws MalformedException {
    int number = u8();
    if (!Lane.isKnown(number)) throw new MalformedException("lane " + number);
    return Lane.ofNumber(number);
  }

  Bytes bytes(int length) throws MalformedException {
    require(length);
    at += length;
    return Bytes.wrap(Arrays.copyOfRange(bytes, at - length, at));
  }

  PeerId peer() throws MalformedException {
    Bytes encoded = bytes(u8());
    try {
      return PeerId.fromBytes(encoded);
    } catch (ProtocolViolationException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }

  String text(int maxBytes) throws MalformedException {
    long length = varint();
    if (length > maxBytes) throw new MalformedException("text of " + length + " bytes");
    require((int) length);
    at += (int) length;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, at - (int) length, (int) length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedException("text is not UTF-8");
    }
  }

  private void require(int length) throws MalformedException {
    if (length < 0 || length > end - at) {
      throw new MalformedException("field of " + length + " bytes, " + (end - at) + " are left");
    }
  }
}
