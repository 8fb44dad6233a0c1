package org.openagi.p2p.wire.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Builds the DER elements a certificate needs. Each method returns a whole element: tag, length,
 * contents.
 *
 * <p>Stateless.
 *
 * @see "ITU-T X.690, section 10"
 */
final class DerWriter {
  /** RFC 5280, section 4.1.2.5: dates from 2050 on are written as GeneralizedTime. */
  private static final int FIRST_GENERALIZED_YEAR = 2050;

  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT);
  private static final DateTimeFormatter GENERALIZED_TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'", Locale.ROOT);

  private DerWriter() {}

  static byte[] sequence(byte[]... elements) {
    return element(Der.SEQUENCE, concat(elements));
  }

  static byte[] set(byte[]... elements) {
    return element(Der.SET, concat(elements));
  }

  /** An element with an explicit context tag around others. */
  static byte[] explicit(int number, byte[]... elements) {
    return element(Der.CONTEXT_CONSTRUCTED | number, concat(elements));
  }

  static byte[] integer(BigInteger value) {
    return element(Der.INTEGER, value.toByteArray());
  }

  static byte[] octetString(byte[] contents) {
    return element(Der.OCTET_STRING, contents);
  }

  /** A bit string of whole bytes. */
  static byte[] bitString(byte[] contents) {
    return element(Der.BIT_STRING, concat(new byte[1], contents));
  }

  static byte[] utf8String(String text) {
    return element(Der.UTF8_STRING, text.getBytes(UTF_8));
  }

  /** An object identifier in dotted notation. */
  static byte[] oid(String dotted) {
    String[] arcs = dotted.split("\\.", -1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    base128(out, Long.parseLong(arcs[0]) * 40 + Long.parseLong(arcs[1]));
    for (int i = 2; i < arcs.length; i++) base128(out, Long.parseLong(arcs[i]));
    return element(Der.OID, out.toByteArray());
  }

  static byte[] time(LocalDateTime utc) {
    return utc.getYear() < FIRST_GENERALIZED_YEAR
        ? element(Der.UTC_TIME, UTC_TIME.format(utc).getBytes(US_ASCII))
        : element(Der.GENERALIZED_TIME, GENERALIZED_TIME.format(utc).getBytes(US_ASCII));
  }

  private static void base128(ByteArrayOutputStream out, long arc) {
    int groups = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(arc) + 6) / 7);
    for (int i = groups - 1; i >= 0; i--) {
      out.write((int) ((arc >>> (7 * i)) & 0x7f) | (i > 0 ? 0x80 : 0));
    }
  }

  static byte[] element(int tag, byte[] contents) {
    int length = contents.length;
    byte[] header;
    if (length < 0x80) {
      header = new byte[] {(byte) tag, (byte) length};
    } else if (length < 0x100) {
      header = new byte[] {(byte) tag, (byte) 0x81, (byte) length};
    } else if (length < 0x10000) {
      header = new byte[] {(byte) tag, (byte) 0x82, (byte) (length >>> 8), (byte) length};
    } else {
      throw new IllegalArgumentException("DER element of " + length + " bytes, limit 65535");
    }
    return concat(header, contents);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) out.writeBytes(part);
    return out.toByteArray();
  }
}
