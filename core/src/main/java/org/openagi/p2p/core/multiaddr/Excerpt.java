package org.openagi.p2p.core.multiaddr;

/** How foreign text is shown in error messages: short, and unable to disturb a terminal or log. */
final class Excerpt {
  private static final int MAX_CHARS = 64;

  private Excerpt() {}

  static String of(String text) {
    StringBuilder shown = new StringBuilder(Math.min(text.length(), MAX_CHARS) + 1);
    for (int i = 0; i < text.length() && i < MAX_CHARS; i++) {
      char c = text.charAt(i);
      shown.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return text.length() > MAX_CHARS ? shown.append('…').toString() : shown.toString();
  }
}
