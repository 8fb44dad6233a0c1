package org.openagi.p2p.core.multiformats;

import java.util.Arrays;

/**
 * Text encodings that treat the bytes as one big number: base58btc and base36. Leading zero bytes
 * become leading zero digits. Cost is quadratic, therefore the lengths are bounded.
 */
final class Radix {
  /** Longest byte string encoded or decoded; peer ids and CIDs have at most 46. */
  static final int MAX_BYTES = 256;

  /** Longest text decoded: {@value #MAX_BYTES} bytes take 350 digits in base 58 and 397 in base 36. */
  static final int MAX_DIGITS = 400;

  private final String name;
  private final char[] alphabet;
  private final byte[] digitOf = new byte[128];

  Radix(String name, String alphabet) {
    this.name = name;
    this.alphabet = alphabet.toCharArray();
    Arrays.fill(digitOf, (byte) -1);
    for (int digit = 0; digit < this.alphabet.length; digit++) {
      digitOf[this.alphabet[digit]] = (byte) digit;
    }
  }

  String encode(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          name + " of " + bytes.length + " bytes, at most " + MAX_BYTES);
    }
    int zeros = leadingZeros(bytes);
    byte[] digits = new byte[bytes.length * 2]; // log 256 / log 36 < 1.6; little-endian
    int count = 0;
    for (int i = zeros; i < bytes.length; i++) {
      int carry = bytes[i] & 0xff;
      for (int j = 0; j < count; j++) {
        carry += digits[j] << 8;
        digits[j] = (byte) (carry % alphabet.length);
        carry /= alphabet.length;
      }
      for (; carry > 0; carry /= alphabet.length)
        digits[count++] = (byte) (carry % alphabet.length);
    }
    StringBuilder text = new StringBuilder(zeros + count);
    for (int i = 0; i < zeros; i++) text.append(alphabet[0]);
    for (int i = count - 1; i >= 0; i--) text.append(alphabet[digits[i]]);
    return text.toString();
  }

  byte[] decode(CharSequence text) {
    if (text.length() > MAX_DIGITS) {
      throw new IllegalArgumentException(
          name + " of " + text.length() + " digits, at most " + MAX_DIGITS);
    }
    int zeros = 0;
    while (zeros < text.length() && text.charAt(zeros) == alphabet[0]) zeros++;
    byte[] little = new byte[text.length()];
    int count = 0;
    for (int i = zeros; i < text.length(); i++) {
      int carry = digit(text.charAt(i), i);
      for (int j = 0; j < count; j++) {
        carry += (little[j] & 0xff) * alphabet.length;
        little[j] = (byte) carry;
        carry >>>= 8;
      }
      if (carry > 0) little[count++] = (byte) carry;
    }
    byte[] bytes = new byte[zeros + count];
    for (int i = 0; i < count; i++) bytes[zeros + i] = little[count - 1 - i];
    return bytes;
  }

  private int digit(char c, int index) {
    int digit = c < digitOf.length ? digitOf[c] : -1;
    if (digit < 0) {
      throw new IllegalArgumentException(
          name + " has no digit " + Texts.quote(c) + " (at index " + index + ")");
    }
    return digit;
  }

  private static int leadingZeros(byte[] bytes) {
    int zeros = 0;
    while (zeros < bytes.length && bytes[zeros] == 0) zeros++;
    return zeros;
  }
}
