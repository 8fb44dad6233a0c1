package org.openagi.p2p.core.multiformats;

import java.util.Base64;
import java.util.Locale;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * Text whose first character names its encoding. The encodings that peer ids and certificate hashes
 * come in: base16, base32, base36, base58btc, base64 and base64url, those of RFC 4648 without padding.
 *
 * @see "multiformats: multibase"
 */
public enum Multibase {
  /** Lower-case hexadecimal, prefix {@code f}. */
  BASE16('f') {
    @Override
    String digits(Bytes bytes) {
      return bytes.toHex();
    }

    @Override
    Bytes bytes(String digits) {
      return Bytes.fromHex(requireCase(digits, digits.toLowerCase(Locale.ROOT)));
    }
  },
  /** Upper-case hexadecimal, prefix {@code F}. */
  BASE16_UPPER('F') {
    @Override
    String digits(Bytes bytes) {
      return bytes.toHex().toUpperCase(Locale.ROOT);
    }

    @Override
    Bytes bytes(String digits) {
      return Bytes.fromHex(requireCase(digits, digits.toUpperCase(Locale.ROOT)));
    }
  },
  /** Lower-case base32, prefix {@code b}: the form for CIDs. */
  BASE32('b') {
    @Override
    String digits(Bytes bytes) {
      return Base32.encode(bytes);
    }

    @Override
    Bytes bytes(String digits) {
      return Base32.decode(requireCase(digits, digits.toLowerCase(Locale.ROOT)));
    }
  },
  /** Upper-case base32, prefix {@code B}. */
  BASE32_UPPER('B') {
    @Override
    String digits(Bytes bytes) {
      return Base32.encode(bytes).toUpperCase(Locale.ROOT);
    }

    @Override
    Bytes bytes(String digits) {
      return Base32.decode(requireCase(digits, digits.toUpperCase(Locale.ROOT)));
    }
  },
  /** Lower-case base36, prefix {@code k}: the form for CIDs in host names. */
  BASE36('k') {
    @Override
    String digits(Bytes bytes) {
      return RADIX36.encode(bytes.unsafeArray());
    }

    @Override
    Bytes bytes(String digits) {
      return Bytes.wrap(RADIX36.decode(digits));
    }
  },
  /** Base58 in Bitcoin's alphabet, prefix {@code z}. */
  BASE58BTC('z') {
    @Override
    String digits(Bytes bytes) {
      return Base58.encode(bytes);
    }

    @Override
    Bytes bytes(String digits) {
      return Base58.decode(digits);
    }
  },
  /** Base64, prefix {@code m}. */
  BASE64('m') {
    @Override
    String digits(Bytes bytes) {
      return Base64.getEncoder().withoutPadding().encodeToString(bytes.unsafeArray());
    }

    @Override
    Bytes bytes(String digits) {
      return canonical(this, digits, Base64.getDecoder().decode(digits));
    }
  },
  /** Base64 for URLs, prefix {@code u}: the form for certificate hashes. */
  BASE64URL('u') {
    @Override
    String digits(Bytes bytes) {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.unsafeArray());
    }

    @Override
    Bytes bytes(String digits) {
      return canonical(this, digits, Base64.getUrlDecoder().decode(digits));
    }
  };

  /** Longest text decoded, in characters, prefix included. */
  public static final int MAX_CHARS = 1024;

  private static final Radix RADIX36 = new Radix("base36", "0123456789abcdefghijklmnopqrstuvwxyz");

  private final char prefix;

  Multibase(char prefix) {
    this.prefix = prefix;
  }

  /** Returns the character that stands in front of text in this encoding. */
  public char prefix() {
    return prefix;
  }

  /**
   * Encodes bytes, prefix included.
   *
   * @throws IllegalArgumentException if they are too long for an encoding of quadratic cost
   */
  public String encode(Bytes bytes) {
    return prefix + digits(bytes);
  }

  /**
   * Decodes text in any of the known encodings.
   *
   * @throws IllegalArgumentException if the prefix is unknown, a digit is wrong or the text too long
   */
  public static Bytes decode(String text) {
    if (text.isEmpty()) throw new IllegalArgumentException("multibase text is empty");
    if (text.length() > MAX_CHARS) {
      throw new IllegalArgumentException(
          "multibase text of " + text.length() + " characters, at most " + MAX_CHARS);
    }
    char prefix = text.charAt(0);
    for (Multibase base : values()) {
      if (base.prefix == prefix) return base.bytes(text.substring(1));
    }
    throw new IllegalArgumentException("multibase prefix " + Texts.quote(prefix) + " is unknown");
  }

  abstract String digits(Bytes bytes);

  abstract Bytes bytes(String digits);

  private static String requireCase(String digits, String expected) {
    if (!digits.equals(expected)) {
      throw new IllegalArgumentException("multibase text mixes upper and lower case");
    }
    return digits;
  }

  private static Bytes canonical(Multibase base, String digits, byte[] decoded) {
    Bytes bytes = Bytes.wrap(decoded);
    if (!base.digits(bytes).equals(digits)) {
      throw new IllegalArgumentException(
          "base64 text is padded or does not end at a byte boundary");
    }
    return bytes;
  }
}
