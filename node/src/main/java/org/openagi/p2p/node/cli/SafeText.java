package org.openagi.p2p.node.cli;

/** Makes text that a remote peer chose harmless on a terminal. */
public final class SafeText {
  /** Longer text is cut: a screen is for people. */
  static final int CHARACTERS_MAX = 4096;

  private SafeText() {}

  /**
   * Replaces control characters, line breaks, invisible formatting and unpaired surrogates by
   * {@code \\u} escapes, and cuts what is longer than {@link #CHARACTERS_MAX} characters.
   */
  public static String of(String text) {
    String shown = text.length() <= CHARACTERS_MAX ? text : text.substring(0, CHARACTERS_MAX);
    StringBuilder safe = null;
    for (int i = 0; i < shown.length(); ) {
      int point = shown.codePointAt(i);
      int units = Character.charCount(point);
      if (isHarmless(point)) {
        if (safe != null) safe.appendCodePoint(point);
      } else {
        if (safe == null) safe = new StringBuilder(shown.length() + 16).append(shown, 0, i);
        for (int unit = i; unit < i + units; unit++) {
          safe.append(String.format("\\u%04x", (int) shown.charAt(unit)));
        }
      }
      i += units;
    }
    String result = safe == null ? shown : safe.toString();
    return shown.length() == text.length()
        ? result
        : result + "… (" + text.length() + " characters)";
  }

  private static boolean isHarmless(int point) {
    if (point >= ' ' && point < 127) return true;
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.UNASSIGNED -> false;
      default -> true;
    };
  }
}
