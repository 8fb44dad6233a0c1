package org.openagi.p2p.core.protobuf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/**
 * Walks over the fields of one protobuf message:
 *
 * <pre>{@code
 * ProtoReader in = ProtoReader.of(encoded, Scope.STREAM);
 * while (in.nextField()) {
 *   switch (in.field()) {
 *     case 1 -> seq = in.readVarint();
 *     case 2 -> name = in.readString(64);
 *     default -> in.skip();
 *   }
 * }
 * }</pre>
 *
 * <p>Bounded: never looks behind the end of the message, copies a value only after its length was
 * checked against the caller's maximum, and nests at most {@value #MAX_DEPTH} messages. A value that
 * was not read is skipped by the next {@link #nextField()}. As protobuf demands, a field may come
 * several times (the caller lets the last one win) and in any order.
 *
 * <p>Stricter than protobuf: groups, field number 0, varints beyond 64 bits, strings that are not
 * UTF-8, and a field with another wire type than asked for are violations. A varint padded to at most
 * nine bytes is accepted, as all implementations do; what a padded tenth byte means they don't agree on.
 *
 * <p>Confined to one thread. The source must not change while it is read.
 */
public final class ProtoReader {
  /** Deepest nesting of embedded messages; the deepest message of libp2p has four levels. */
  public static final int MAX_DEPTH = 16;

  private static final int MAX_VARINT_BYTES = 10;
  private static final int NONE = -1;

  private final ByteBuffer source;
  private final Scope scope;
  private final int depth;
  private int field;
  private int wireType = NONE; // NONE = no value waits to be read

  private ProtoReader(ByteBuffer source, Scope scope, int depth) {
    this.source = source;
    this.scope = scope;
    this.depth = depth;
  }

  /** Reads {@code message}; violations are raised with {@code scope}. */
  public static ProtoReader of(Bytes message, Scope scope) {
    return new ProtoReader(little(message.asByteBuffer()), scope, 0);
  }

  /**
   * Reads the remaining bytes of {@code message}, whose position does not move; violations are raised
   * with {@code scope}.
   */
  public static ProtoReader of(ByteBuffer message, Scope scope) {
    return new ProtoReader(little(message.slice()), scope, 0);
  }

  private static ByteBuffer little(ByteBuffer buffer) {
    return buffer.order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Goes to the next field, skipping the value of the current one if nobody read it.
   *
   * @return whether there is one
   * @throws ProtocolViolationException if the tag or the skipped value is malformed
   */
  public boolean nextField() throws ProtocolViolationException {
    if (wireType != NONE) skip();
    if (!source.hasRemaining()) return false;
    long tag = rawVarint();
    int type = (int) (tag & 7);
    long number = tag >>> 3;
    if (number < 1 || number > WireType.MAX_FIELD) {
      throw violation("protobuf field number " + Long.toUnsignedString(number) + ", expected 1.."
          + WireType.MAX_FIELD);
    }
    switch (type) {
      case WireType.VARINT, WireType.FIXED64, WireType.LENGTH_DELIMITED, WireType.FIXED32 -> {}
      default ->
        throw violation("protobuf wire type " + WireType.nameOf(type) + " in field " + number);
    }
    field = (int) number;
    wireType = type;
    return true;
  }

  /** Returns the number of the current field. */
  public int field() {
    return field;
  }

  int wireType() {
    return wireType;
  }

  /**
   * Reads the current field as uint64 or int64 (all 64 bits).
   *
   * @throws ProtocolViolationException if it is not a varint, or cut off, or beyond 64 bits
   */
  public long readVarint() throws ProtocolViolationException {
    take(WireType.VARINT);
    return rawVarint();
  }

  /**
   * Reads the current field as a number from 0 to {@code max}.
   *
   * @throws ProtocolViolationException if it is not a varint or outside that range
   */
  public long readUnsigned(long max) throws ProtocolViolationException {
    long value = readVarint();
    if (value < 0 || value > max) {
      throw violation(
          "protobuf field " + field + " is " + Long.toUnsignedString(value) + ", at most " + max);
    }
    return value;
  }

  /**
   * Reads the current field as bool: any value but 0 is true.
   *
   * @throws ProtocolViolationException if it is not a varint
   */
  public boolean readBool() throws ProtocolViolationException {
    return readVarint() != 0;
  }

  /**
   * Reads the current field as fixed32.
   *
   * @throws ProtocolViolationException if it is of another wire type or cut off
   */
  public int readFixed32() throws ProtocolViolationException {
    take(WireType.FIXED32);
    requireRemaining(Integer.BYTES);
    return source.getInt();
  }

  /**
   * Reads the current field as fixed64.
   *
   * @throws ProtocolViolationException if it is of another wire type or cut off
   */
  public long readFixed64() throws ProtocolViolationException {
    take(WireType.FIXED64);
    requireRemaining(Long.BYTES);
    return source.getLong();
  }

  /**
   * Reads the current field as bytes, copied.
   *
   * @param maxBytes longest value accepted
   * @throws ProtocolViolationException if it is of another wire type, cut off or too long
   */
  public Bytes readBytes(int maxBytes) throws ProtocolViolationException {
    byte[] value = new byte[takeLength(maxBytes)];
    source.get(value);
    return Bytes.wrap(value);
  }

  /**
   * Reads the current field as a view of the source, without a copy.
   *
   * @param maxBytes longest value accepted
   * @throws ProtocolViolationException if it is of another wire type, cut off or too long
   */
  public ByteBuffer readSlice(int maxBytes) throws ProtocolViolationException {
    int length = takeLength(maxBytes);
    ByteBuffer slice = source.slice(source.position(), length);
    source.position(source.position() + length);
    return slice;
  }

  /**
   * Reads the current field as a string.
   *
   * @param maxBytes longest UTF-8 encoding accepted
   * @throws ProtocolViolationException if it is of another wire type, cut off, too long or not UTF-8
   */
  public String readString(int maxBytes) throws ProtocolViolationException {
    ByteBuffer encoded = readSlice(maxBytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
    } catch (CharacterCodingException e) {
      throw new ProtocolViolationException(scope, "protobuf field " + field + " is not UTF-8", e);
    }
  }

  /**
   * Returns a reader of the current field as an embedded message. This reader stands behind it.
   *
   * @param maxBytes longest message accepted
   * @throws ProtocolViolationException if it is of another wire type, cut off, too long or nested
   *     deeper than {@value #MAX_DEPTH}
   */
  public ProtoReader readMessage(int maxBytes) throws ProtocolViolationException {
    if (depth + 1 >= MAX_DEPTH) {
      throw violation("protobuf messages nested deeper than " + MAX_DEPTH);
    }
    return new ProtoReader(little(readSlice(maxBytes)), scope, depth + 1);
  }

  /**
   * Skips the value of the current field, whatever it is.
   *
   * @throws ProtocolViolationException if it is malformed
   */
  public void skip() throws ProtocolViolationException {
    switch (wireType) {
      case WireType.VARINT -> readVarint();
      case WireType.FIXED64 -> readFixed64();
      case WireType.FIXED32 -> readFixed32();
      case WireType.LENGTH_DELIMITED -> readSlice(Integer.MAX_VALUE);
      default -> throw new IllegalStateException("no protobuf field to skip");
    }
  }

  private void take(int expected) throws ProtocolViolationException {
    if (wireType == NONE) throw new IllegalStateException("no protobuf field to read");
    if (wireType != expected) {
      throw violation("protobuf field " + field + " is " + WireType.nameOf(wireType) + ", expected "
          + WireType.nameOf(expected));
    }
    wireType = NONE;
  }

  private int takeLength(int maxBytes) throws ProtocolViolationException {
    take(WireType.LENGTH_DELIMITED);
    long length = rawVarint();
    if (length < 0 || length > maxBytes) {
      throw violation("protobuf field " + field + " of " + Long.toUnsignedString(length)
          + " bytes, at most " + maxBytes);
    }
    requireRemaining(length);
    return (int) length;
  }

  private void requireRemaining(long bytes) throws ProtocolViolationException {
    if (bytes > source.remaining()) {
      throw violation("protobuf field " + field + " of " + bytes + " bytes cut off after "
          + source.remaining());
    }
  }

  private long rawVarint() throws ProtocolViolationException {
    long value = 0;
    for (int at = 0; at < MAX_VARINT_BYTES; at++) {
      if (!source.hasRemaining()) throw violation("protobuf varint cut off after " + at + " bytes");
      byte next = source.get();
      value |= (long) (next & 0x7f) << (7 * at);
      if (next >= 0) {
        if (at == MAX_VARINT_BYTES - 1 && next != 1) {
          throw violation("protobuf varint with tenth byte " + next + ", expected 1");
        }
        return value;
      }
    }
    throw violation("protobuf varint longer than " + MAX_VARINT_BYTES + " bytes");
  }

  private ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(scope, message);
  }
}
