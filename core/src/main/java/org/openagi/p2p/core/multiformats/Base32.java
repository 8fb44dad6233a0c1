package org.openagi.p2p.core.multiformats;

import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * RFC 4648 base32, lower case, without padding. Decoding accepts either case, and nothing that
 * encoding would not produce: no padding, no bits set behind the last byte.
 *
 * @see "RFC 4648, section 6; multibase: base32"
 */
public final class Base32 {
  private static final char[] ALPHABET = "abcdefghijklmnopqrstuvwxyz234567".toCharArray();
  private static final byte[] DIGIT_OF = new byte[128];

  static {
    Arrays.fill(DIGIT_OF, (byte) -1);
    for (int digit = 0; digit < ALPHABET.length; digit++) {
      DIGIT_OF[ALPHABET[digit]] = (byte) digit;
      DIGIT_OF[Character.toUpperCase(ALPHABET[digit])] = (byte) digit;
    }
  }

  private Base32() {}

  /** Encodes bytes. */
  public static String encode(Bytes bytes) {
    StringBuilder text = new StringBuilder((bytes.length() * 8 + 4) / 5);
    int buffer = 0;
    int bits = 0;
    for (byte b : bytes.unsafeArray()) {
      buffer = ((buffer << 8) | (b & 0xff)) & 0xfff;
      for (bits += 8; bits >= 5; bits -= 5) text.append(ALPHABET[(buffer >>> (bits - 5)) & 0x1f]);
    }
    if (bits > 0) text.append(ALPHABET[(buffer << (5 - bits)) & 0x1f]);
    return text.toString();
  }

  /**
   * Decodes text.
   *
   * @throws IllegalArgumentException if a character is not a base32 digit, the length is impossible,
   *     or bits are set behind the last whole byte
   */
  public static Bytes decode(String text) {
    byte[] bytes = new byte[text.length() * 5 / 8];
    int buffer = 0;
    int bits = 0;
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      buffer = ((buffer << 5) | digit(text.charAt(i), i)) & 0xfff;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes[at++] = (byte) (buffer >>> bits);
      }
    }
    if (bits >= 5 || (buffer & ((1 << bits) - 1)) != 0) {
      throw new IllegalArgumentException(
          "base32 text of " + text.length() + " digits does not end at a byte boundary");
    }
    return Bytes.wrap(bytes);
  }

  private static int digit(char c, int index) {
    int digit = c < DIGIT_OF.length ? DIGIT_OF[c] : -1;
    if (digit < 0) {
      throw new IllegalArgumentException(
          "base32 has no digit " + Texts.quote(c) + " (at index " + index + ")");
    }
    return digit;
  }
}
