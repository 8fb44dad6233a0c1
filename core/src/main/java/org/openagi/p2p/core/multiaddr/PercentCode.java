package org.openagi.p2p.core.multiaddr;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * Percent-encoding of HTTP paths inside a multiaddr, where '/' separates components.
 *
 * @see "RFC 3986, section 2.1"
 */
final class PercentCode {
  /** What stands for itself besides letters and digits: unreserved characters, and those legal in a path segment. */
  private static final String PLAIN = "-_.~$&+=:@";

  private PercentCode() {}

  static String encode(Bytes value) {
    StringBuilder text = new StringBuilder(value.length() + 16);
    for (byte b : value.unsafeArray()) {
      char c = (char) (b & 0xff);
      if (isPlain(c)) {
        text.append(c);
      } else {
        text.append(String.format("%%%02X", (int) c));
      }
    }
    return text.toString();
  }

  static Bytes decode(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream value = new ByteArrayOutputStream(utf8.length);
    for (int i = 0; i < utf8.length; i++) {
      if (utf8[i] != '%') {
        value.write(utf8[i]);
      } else {
        value.write((digitAt(utf8, i + 1) << 4) | digitAt(utf8, i + 2));
        i += 2;
      }
    }
    return Bytes.wrap(value.toByteArray());
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || PLAIN.indexOf(c) >= 0;
  }

  private static int digitAt(byte[] utf8, int index) {
    int digit = index < utf8.length ? Character.digit(utf8[index], 16) : -1;
    if (digit < 0) throw new InvalidAddressException("'%' without two hexadecimal digits");
    return digit;
  }
}
