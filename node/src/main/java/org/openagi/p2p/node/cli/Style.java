package org.openagi.p2p.node.cli;

/** Colours, on a terminal that wants them. */
enum Style {
  PLAIN,
  COLOURED;

  private static final String TERMINAL_PROPERTY = "p2p.terminal";
  private static final String DUMB = "dumb";
  private static final String END = "\033[0m";

  /**
   * Coloured if the launcher found standard output to be a terminal, and the user has not asked for
   * the opposite by the variable {@code NO_COLOR} or by {@code TERM=dumb}.
   */
  static Style detected() {
    String noColour = System.getenv("NO_COLOR");
    boolean wanted = noColour == null || noColour.isEmpty();
    return wanted && isTerminal() ? COLOURED : PLAIN;
  }

  /** Whether the launcher found standard output to be a terminal, and that obeys control sequences. */
  static boolean isTerminal() {
    return Boolean.getBoolean(TERMINAL_PROPERTY) && !DUMB.equals(System.getenv("TERM"));
  }

  /** What fits into so many columns of a line in which colours do not count; a colour that is cut off is ended. */
  static String cut(String line, int columns) {
    int shown = 0;
    int i = 0;
    boolean isColoured = false;
    while (i < line.length()) {
      if (line.charAt(i) == '\033') {
        int end = line.indexOf('m', i);
        if (end < 0) return line.substring(0, i);
        isColoured = !line.startsWith(END, i);
        i = end + 1;
      } else {
        if (shown == columns) return line.substring(0, i) + (isColoured ? END : "");
        shown++;
        i++;
      }
    }
    return line;
  }

  String bold(String text) {
    return in("1", text);
  }

  String dim(String text) {
    return in("2", text);
  }

  String good(String text) {
    return in("32", text);
  }

  String bad(String text) {
    return in("31", text);
  }

  String note(String text) {
    return in("36", text);
  }

  private String in(String code, String text) {
    return this == PLAIN ? text : "\033[" + code + "m" + text + END;
  }
}
