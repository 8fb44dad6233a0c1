package org.openagi.p2p.core.protobuf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * Appends protobuf fields to a growing array, in the order of the calls.
 *
 * <p>Writes every field it is told to, default values too; leaving those out, as proto3 wants, is the
 * caller's decision. Varints are written in their shortest form, so equal calls give equal bytes.
 *
 * <p>Confined to one thread.
 */
public final class ProtoWriter {
  private byte[] buffer;
  private int size;

  /** Makes a writer for a small message. */
  public ProtoWriter() {
    this(64);
  }

  /** Makes a writer with room for {@code expectedBytes} before it has to grow. */
  public ProtoWriter(int expectedBytes) {
    buffer = new byte[Math.max(16, expectedBytes)];
  }

  /** Appends a field of type uint64, int64, uint32, enum (any that protobuf puts in a plain varint). */
  public ProtoWriter varint(int field, long value) {
    tag(field, WireType.VARINT);
    rawVarint(value);
    return this;
  }

  /** Appends a field of type bool. */
  public ProtoWriter bool(int field, boolean value) {
    return varint(field, value ? 1 : 0);
  }

  /** Appends a field of type fixed32. */
  public ProtoWriter fixed32(int field, int value) {
    tag(field, WireType.FIXED32);
    reserve(Integer.BYTES);
    for (int shift = 0; shift < Integer.SIZE; shift += 8) buffer[size++] = (byte) (value >>> shift);
    return this;
  }

  /** Appends a field of type fixed64. */
  public ProtoWriter fixed64(int field, long value) {
    tag(field, WireType.FIXED64);
    reserve(Long.BYTES);
    for (int shift = 0; shift < Long.SIZE; shift += 8) buffer[size++] = (byte) (value >>> shift);
    return this;
  }

  /** Appends a field of type bytes. */
  public ProtoWriter bytes(int field, Bytes value) {
    return bytes(field, value.unsafeArray(), 0, value.length());
  }

  /**
   * Appends a field of type bytes from part of an array.
   *
   * @throws IndexOutOfBoundsException if the range is outside the array
   */
  public ProtoWriter bytes(int field, byte[] source, int offset, int length) {
    tag(field, WireType.LENGTH_DELIMITED);
    rawVarint(length);
    reserve(length);
    System.arraycopy(source, offset, buffer, size, length);
    size += length;
    return this;
  }

  /** Appends a field of type string. */
  public ProtoWriter string(int field, String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    return bytes(field, encoded, 0, encoded.length);
  }

  /** Appends an embedded message, as far as {@code message} has been written by now. */
  public ProtoWriter message(int field, ProtoWriter message) {
    return bytes(field, message.buffer, 0, message.size);
  }

  /** Returns the number of bytes written so far. */
  public int size() {
    return size;
  }

  /** Returns a copy of what was written so far. */
  public Bytes toBytes() {
    return Bytes.copyOf(buffer, 0, size);
  }

  private void tag(int field, int wireType) {
    if (field < 1 || field > WireType.MAX_FIELD) {
      throw new IllegalArgumentException("protobuf field number " + field);
    }
    rawVarint(((long) field << 3) | wireType);
  }

  private void rawVarint(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
  }

  private void reserve(int more) {
    int needed = Math.addExact(size, more);
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.max(needed, Math.min(2L * size, 1 << 30)));
    }
  }
}
