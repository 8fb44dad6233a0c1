package org.openagi.p2p.core.multiaddr;

import org.openagi.p2p.core.bytes.Bytes;

/**
 * Text forms of IP addresses. Reading never resolves names, and IPv4 is strictly four decimal numbers
 * without leading zeros.
 *
 * @see "RFC 4291, section 2.2 (reading IPv6); RFC 5952 (writing IPv6)"
 */
final class IpText {
  private static final int GROUPS = 8;

  private IpText() {}

  static Bytes parse4(String text) {
    byte[] address = new byte[4];
    if (!parse4(text, address, 0)) {
      throw new InvalidAddressException(
          "'" + Excerpt.of(text) + "' is not an IPv4 address of four numbers 0..255");
    }
    return Bytes.wrap(address);
  }

  private static boolean parse4(String text, byte[] target, int offset) {
    int at = 0;
    for (int part = 0; part < 4; part++) {
      if (part > 0 && (at >= text.length() || text.charAt(at++) != '.')) return false;
      int start = at;
      int value = 0;
      while (at < text.length() && isDigit(text.charAt(at)) && at - start < 3) {
        value = value * 10 + text.charAt(at++) - '0';
      }
      boolean padded = at - start > 1 && text.charAt(start) == '0';
      if (at == start || padded || value > 255) return false;
      target[offset + part] = (byte) value;
    }
    return at == text.length();
  }

  static String format4(Bytes address, int offset) {
    return (address.get(offset) & 0xff)
        + "."
        + (address.get(offset + 1) & 0xff)
        + "."
        + (address.get(offset + 2) & 0xff)
        + "."
        + (address.get(offset + 3) & 0xff);
  }

  static Bytes parse6(String text) {
    byte[] address = new byte[16];
    if (text.length() > 45 || !parse6(text, address)) {
      throw new InvalidAddressException("'" + Excerpt.of(text) + "' is not an IPv6 address");
    }
    return Bytes.wrap(address);
  }

  /** Reads the groups before and after "::" and moves the latter to the end. */
  private static boolean parse6(String text, byte[] address) {
    int gap = text.indexOf("::");
    if (gap < 0) return groups(text, address, 0) == address.length;
    if (text.indexOf("::", gap + 1) >= 0) return false;
    byte[] tail = new byte[16];
    int headBytes = groups(text.substring(0, gap), address, 0);
    int tailBytes = groups(text.substring(gap + 2), tail, 0);
    if (headBytes < 0 || tailBytes < 0 || headBytes + tailBytes > 14) return false;
    if (gap > 0 && text.substring(0, gap).indexOf('.') >= 0) return false;
    System.arraycopy(tail, 0, address, 16 - tailBytes, tailBytes);
    return true;
  }

  /** Reads groups separated by ':', the last of which may be an IPv4 address; returns bytes read or -1. */
  private static int groups(String text, byte[] target, int offset) {
    if (text.isEmpty()) return 0;
    int at = offset;
    String[] parts = text.split(":", -1);
    for (int i = 0; i < parts.length; i++) {
      boolean last = i == parts.length - 1;
      if (last && parts[i].indexOf('.') >= 0) {
        return at <= 12 && parse4(parts[i], target, at) ? at + 4 : -1;
      }
      int group = hexGroup(parts[i]);
      if (group < 0 || at > 14) return -1;
      target[at++] = (byte) (group >> 8);
      target[at++] = (byte) group;
    }
    return at;
  }

  private static int hexGroup(String text) {
    if (text.isEmpty() || text.length() > 4) return -1;
    int group = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) return -1;
      group = (group << 4) | digit;
    }
    return group;
  }

  static String format6(Bytes address) {
    if (isMapped4(address)) return "::ffff:" + format4(address, 12);
    int gapStart = -1;
    int gapGroups = 1; // a single zero group is not shortened
    for (int i = 0; i < GROUPS; i++) {
      int run = zeroRun(address, i);
      if (run > gapGroups) {
        gapStart = i;
        gapGroups = run;
      }
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < GROUPS; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapGroups - 1;
      } else {
        boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
        if (!first) text.append(':');
        text.append(Integer.toHexString(group(address, i)));
      }
    }
    return text.toString();
  }

  /** Returns whether the address is ::ffff:0:0/96, an IPv4 address in IPv6 clothes. */
  static boolean isMapped4(Bytes address) {
    for (int i = 0; i < 10; i++) {
      if (address.get(i) != 0) return false;
    }
    return address.get(10) == -1 && address.get(11) == -1;
  }

  private static int zeroRun(Bytes address, int from) {
    int to = from;
    while (to < GROUPS && group(address, to) == 0) to++;
    return to - from;
  }

  private static int group(Bytes address, int index) {
    return ((address.get(2 * index) & 0xff) << 8) | (address.get(2 * index + 1) & 0xff);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
