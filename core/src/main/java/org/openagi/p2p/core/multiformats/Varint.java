package org.openagi.p2p.core.multiformats;

import java.nio.ByteBuffer;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/**
 * The unsigned varint of multiformats: seven bits a byte, least significant first, at most {@value
 * #MAX_BYTES} bytes (63 bits), and only the shortest encoding of a value is valid.
 *
 * <p>Protobuf has laxer varints of its own; see {@code core.protobuf}.
 *
 * @see "multiformats: unsigned-varint"
 */
public final class Varint {
  /** Length of the longest valid encoding: 9 × 7 = 63 bits, so a Java {@code long} holds any value. */
  public static final int MAX_BYTES = 9;

  private Varint() {}

  /**
   * Returns the number of bytes that {@code value} takes, 1 to {@value #MAX_BYTES}.
   *
   * @throws IllegalArgumentException if the value is negative
   */
  public static int sizeOf(long value) {
    requireUnsigned63(value);
    return value == 0 ? 1 : (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7;
  }

  /**
   * Writes {@code value} to {@code target} from {@code offset} on.
   *
   * @return the offset behind the last byte written
   * @throws IllegalArgumentException if the value is negative
   * @throws IndexOutOfBoundsException if the array is too short
   */
  public static int write(long value, byte[] target, int offset) {
    requireUnsigned63(value);
    long rest = value;
    int at = offset;
    while (rest >= 0x80) {
      target[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[at++] = (byte) rest;
    return at;
  }

  /**
   * Writes {@code value} at the buffer's position, which moves behind it.
   *
   * @throws IllegalArgumentException if the value is negative
   * @throws java.nio.BufferOverflowException if it does not fit
   */
  public static void write(long value, ByteBuffer target) {
    requireUnsigned63(value);
    long rest = value;
    while (rest >= 0x80) {
      target.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    target.put((byte) rest);
  }

  /**
   * Reads a value at the buffer's position, which moves behind it; after a failure the position is
   * unspecified.
   *
   * @throws ProtocolViolationException if the encoding is cut off, longer than {@value #MAX_BYTES}
   *     bytes, or not the shortest one
   */
  public static long read(ByteBuffer source) throws ProtocolViolationException {
    long value = 0;
    for (int shift = 0; shift < 7 * MAX_BYTES; shift += 7) {
      if (!source.hasRemaining()) {
        throw violation("varint cut off after " + shift / 7 + " bytes");
      }
      byte next = source.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        if (next == 0 && shift > 0) {
          throw violation("varint of value " + value + " padded to " + (shift / 7 + 1) + " bytes");
        }
        return value;
      }
    }
    throw violation("varint longer than " + MAX_BYTES + " bytes");
  }

  private static void requireUnsigned63(long value) {
    if (value < 0) throw new IllegalArgumentException("varint of a negative value: " + value);
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }
}
