package org.openagi.p2p.core.multiformats;

/** How foreign characters are shown in error messages, so that they can't disturb a terminal or log. */
final class Texts {
  private Texts() {}

  static String quote(char c) {
    return c > ' ' && c < 0x7f ? "'" + c + "'" : String.format("U+%04X", (int) c);
  }
}
