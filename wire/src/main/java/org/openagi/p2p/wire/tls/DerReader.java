package org.openagi.p2p.wire.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import org.openagi.p2p.wire.tls.PeerCertificateException.Reason;

/**
 * A cursor over DER elements in a byte array. Strict: lengths are definite, minimal and within the
 * enclosing element; every method that reads an element says which tag it must have. It never
 * recurses and copies only what it returns.
 *
 * <p>Confined to one thread.
 *
 * @see "ITU-T X.690, section 10"
 */
final class DerReader {
  private static final int MAX_OID_BYTES = 32;

  private final byte[] data;
  private final int end;
  private int position;

  DerReader(byte[] data) {
    this(data, 0, data.length);
  }

  private DerReader(byte[] data, int from, int end) {
    this.data = data;
    this.position = from;
    this.end = end;
  }

  boolean hasMore() {
    return position < end;
  }

  /** Whether an element with this tag comes next. */
  boolean nextIs(int tag) {
    return position < end && (data[position] & 0xff) == tag;
  }

  /** A reader for the inside of the next element. */
  DerReader enter(int tag) throws PeerCertificateException {
    int contents = header(tag);
    DerReader inside = new DerReader(data, contents, position);
    return inside;
  }

  /** The contents of the next element. */
  byte[] contents(int tag) throws PeerCertificateException {
    int contents = header(tag);
    return Arrays.copyOfRange(data, contents, position);
  }

  /** The next element as it stands, with its tag and length. */
  byte[] element(int tag) throws PeerCertificateException {
    int start = position;
    header(tag);
    return Arrays.copyOfRange(data, start, position);
  }

  /** A bit string whose length is a multiple of eight. */
  byte[] wholeBits() throws PeerCertificateException {
    byte[] contents = contents(Der.BIT_STRING);
    if (contents.length == 0 || contents[0] != 0) {
      throw malformed("bit string of " + contents.length + " bytes is not one of whole bytes");
    }
    return Arrays.copyOfRange(contents, 1, contents.length);
  }

  boolean bool() throws PeerCertificateException {
    byte[] contents = contents(Der.BOOLEAN);
    if (contents.length != 1 || (contents[0] != 0 && contents[0] != -1)) {
      throw malformed("boolean is neither 00 nor ff");
    }
    return contents[0] != 0;
  }

  /** An object identifier in dotted notation. */
  String oid() throws PeerCertificateException {
    byte[] contents = contents(Der.OID);
    if (contents.length == 0
        || contents.length > MAX_OID_BYTES
        || contents[contents.length - 1] < 0) {
      throw malformed(
          "object identifier of " + contents.length + " bytes is empty, cut or too long");
    }
    StringBuilder dotted = new StringBuilder();
    long arc = 0;
    for (byte b : contents) {
      if (arc == 0 && b == (byte) 0x80) throw malformed("object identifier is not minimal");
      if (arc > Long.MAX_VALUE >>> 8) throw malformed("object identifier has too large an arc");
      arc = (arc << 7) | (b & 0x7f);
      if (b < 0) continue;
      if (dotted.isEmpty()) {
        long first = Math.min(arc / 40, 2);
        dotted.append(first).append('.').append(arc - first * 40);
      } else {
        dotted.append('.').append(arc);
      }
      arc = 0;
    }
    return dotted.toString();
  }

  /** A point in time, in seconds since 1970. */
  long time() throws PeerCertificateException {
    boolean utc = nextIs(Der.UTC_TIME);
    byte[] contents = contents(utc ? Der.UTC_TIME : Der.GENERALIZED_TIME);
    int yearDigits = utc ? 2 : 4;
    if (contents.length != yearDigits + 11 || contents[contents.length - 1] != 'Z') {
      throw malformed("time of " + contents.length + " bytes is not in the form of RFC 5280");
    }
    int year = digits(contents, 0, yearDigits);
    if (utc) year += year < 50 ? 2000 : 1900;
    try {
      return LocalDateTime.of(
              year,
              digits(contents, yearDigits, 2),
              digits(contents, yearDigits + 2, 2),
              digits(contents, yearDigits + 4, 2),
              digits(contents, yearDigits + 6, 2),
              digits(contents, yearDigits + 8, 2))
          .toEpochSecond(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new PeerCertificateException(
          Reason.MALFORMED, "certificate: no such time: " + new String(contents, US_ASCII), e);
    }
  }

  /** Refuses anything behind the last element. */
  void requireEnd() throws PeerCertificateException {
    if (hasMore()) throw malformed((end - position) + " bytes behind the last element");
  }

  private static int digits(byte[] text, int offset, int count) throws PeerCertificateException {
    int value = 0;
    for (int i = offset; i < offset + count; i++) {
      if (text[i] < '0' || text[i] > '9') throw malformed("time with a character that is no digit");
      value = value * 10 + text[i] - '0';
    }
    return value;
  }

  /** Reads tag and length, moves behind the element, and returns where its contents start. */
  private int header(int tag) throws PeerCertificateException {
    if (end - position < 2) {
      throw malformed("element " + hex(tag) + " expected at the end of the data");
    }
    int found = data[position] & 0xff;
    if (found != tag) throw malformed("element " + hex(found) + ", expected " + hex(tag));
    int length = data[position + 1] & 0xff;
    int contents = position + 2;
    if (length >= 0x80) {
      int lengthBytes = length & 0x7f;
      if (lengthBytes < 1 || lengthBytes > 2 || end - contents < lengthBytes) {
        throw malformed("length of element " + hex(tag) + " is indefinite, cut or beyond 65535");
      }
      length = 0;
      for (int i = 0; i < lengthBytes; i++) length = (length << 8) | (data[contents++] & 0xff);
      if (length < (lengthBytes == 1 ? 0x80 : 0x100)) {
        throw malformed("length of element " + hex(tag) + " is not minimal");
      }
    }
    if (length > end - contents) {
      throw malformed("element " + hex(tag) + " claims " + length + " bytes, " + (end - contents)
          + " are left");
    }
    position = contents + length;
    return contents;
  }

  private static String hex(int tag) {
    return "0x" + Integer.toHexString(tag);
  }

  static PeerCertificateException malformed(String what) {
    return new PeerCertificateException(Reason.MALFORMED, "certificate: " + what);
  }
}
