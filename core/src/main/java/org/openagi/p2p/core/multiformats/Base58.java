package org.openagi.p2p.core.multiformats;

import org.openagi.p2p.core.bytes.Bytes;

/**
 * base58btc without a multibase prefix, as in the classic text form of peer ids.
 *
 * @see "multibase: base58btc"
 */
public final class Base58 {
  /** Longest byte string accepted, because the cost is quadratic. */
  public static final int MAX_BYTES = Radix.MAX_BYTES;

  private static final Radix RADIX =
      new Radix("base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");

  private Base58() {}

  /**
   * Encodes at most {@value #MAX_BYTES} bytes.
   *
   * @throws IllegalArgumentException if there are more
   */
  public static String encode(Bytes bytes) {
    return RADIX.encode(bytes.unsafeArray());
  }

  /**
   * Decodes text.
   *
   * @throws IllegalArgumentException if a character is not a base58 digit, or the text is too long
   */
  public static Bytes decode(String text) {
    return Bytes.wrap(RADIX.decode(text));
  }
}
