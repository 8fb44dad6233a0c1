package org.openagi.p2p.core.bytes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable byte string with value semantics: equality, hash and order by content.
 *
 * <p>The order is lexicographic over unsigned bytes. Immutable and safe for any thread, as long as
 * arrays given to {@link #wrap} or obtained from {@link #unsafeArray} are left alone.
 */
public final class Bytes implements Comparable<Bytes> {
  /** The byte string of length 0. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private static final HexFormat HEX = HexFormat.of();

  private final byte[] content;
  private int hash; // 0 = not computed; a racy write is harmless, the value is always the same

  private Bytes(byte[] content) {
    this.content = content;
  }

  /** Returns the content of {@code source}, copied. */
  public static Bytes copyOf(byte[] source) {
    return source.length == 0 ? EMPTY : new Bytes(source.clone());
  }

  /**
   * Returns {@code length} bytes of {@code source} starting at {@code offset}, copied.
   *
   * @throws IndexOutOfBoundsException if the range is outside the array
   */
  public static Bytes copyOf(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    return length == 0 ? EMPTY : new Bytes(Arrays.copyOfRange(source, offset, offset + length));
  }

  /** Returns the remaining content of {@code source}, copied; the buffer's position does not move. */
  public static Bytes copyOf(ByteBuffer source) {
    if (!source.hasRemaining()) return EMPTY;
    byte[] copy = new byte[source.remaining()];
    source.get(source.position(), copy);
    return new Bytes(copy);
  }

  /** Returns {@code array} itself as a byte string. The caller gives the array up for good. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  /**
   * Reads hexadecimal digits, two a byte, upper or lower case.
   *
   * @throws IllegalArgumentException if the text is not an even number of hexadecimal digits
   */
  public static Bytes fromHex(String hex) {
    return wrap(HEX.parseHex(hex));
  }

  /** Returns the UTF-8 encoding of {@code text}. */
  public static Bytes ofUtf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the length in bytes. */
  public int length() {
    return content.length;
  }

  /** Returns whether the length is 0. */
  public boolean isEmpty() {
    return content.length == 0;
  }

  /**
   * Returns the byte at {@code index}, signed as Java has it.
   *
   * @throws IndexOutOfBoundsException if there is no such byte
   */
  public byte get(int index) {
    return content[index];
  }

  /** Returns the content as a new array. */
  public byte[] toArray() {
    return content.clone();
  }

  /**
   * Copies {@code length} bytes from {@code sourceOffset} on into {@code target}.
   *
   * @throws IndexOutOfBoundsException if one of the ranges is outside its array
   */
  public void copyTo(int sourceOffset, byte[] target, int targetOffset, int length) {
    System.arraycopy(content, sourceOffset, target, targetOffset, length);
  }

  /**
   * Returns the bytes from {@code from} (inclusive) to {@code to} (exclusive), copied.
   *
   * @throws IndexOutOfBoundsException if the range is outside the byte string
   */
  public Bytes slice(int from, int to) {
    Objects.checkFromToIndex(from, to, content.length);
    if (from == 0 && to == content.length) return this;
    return from == to ? EMPTY : new Bytes(Arrays.copyOfRange(content, from, to));
  }

  /** Returns this byte string followed by {@code other}. */
  public Bytes concat(Bytes other) {
    if (other.isEmpty()) return this;
    if (isEmpty()) return other;
    byte[] joined = Arrays.copyOf(content, Math.addExact(content.length, other.content.length));
    System.arraycopy(other.content, 0, joined, content.length, other.content.length);
    return new Bytes(joined);
  }

  /** Returns a read-only view, positioned at the start. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(content).asReadOnlyBuffer();
  }

  /**
   * Returns the array behind this byte string, which it fills exactly. For hand-over to code that
   * only reads; whoever writes to it breaks everything that holds this value.
   */
  public byte[] unsafeArray() {
    return content;
  }

  /** Returns the content as lower-case hexadecimal digits. */
  public String toHex() {
    return HEX.formatHex(content);
  }

  /** Returns the content read as UTF-8, with malformed parts replaced by U+FFFD. */
  public String toUtf8() {
    return new String(content, StandardCharsets.UTF_8);
  }

  /**
   * Compares with {@code other} in a time that depends on the lengths alone, for secrets and
   * authentication values.
   */
  public boolean constantTimeEquals(Bytes other) {
    return MessageDigest.isEqual(content, other.content);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(content, other.content);
  }

  @Override
  public boolean equals(@Nullable Object object) {
    return this == object
        || (object instanceof Bytes other && Arrays.equals(content, other.content));
  }

  @Override
  public int hashCode() {
    int result = hash;
    if (result == 0) {
      result = Arrays.hashCode(content);
      hash = result;
    }
    return result;
  }

  /** Returns the length and at most the first 32 bytes in hexadecimal, for logs and test failures. */
  @Override
  public String toString() {
    int shown = Math.min(content.length, 32);
    String tail = shown < content.length ? "…" : "";
    return "Bytes[" + content.length + ": " + HEX.formatHex(content, 0, shown) + tail + "]";
  }
}
