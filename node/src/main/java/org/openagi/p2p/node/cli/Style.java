package org.openagi.p2p.node.cli;

/** Colours, on a terminal that wants them. */
enum Style {
  PLAIN,
  COLOURED;

  private static final String TERMINAL_PROPERTY = "p2p.terminal";

  /**
   * Coloured if the launcher found standard output to be a terminal, and the user has not asked for
   * the opposite by the variable {@code NO_COLOR}.
   */
  static Style detected() {
    String noColour = System.getenv("NO_COLOR");
    boolean wanted = noColour == null || noColour.isEmpty();
    return wanted && isTerminal() ? COLOURED : PLAIN;
  }

  /** Whether the launcher found standard output to be a terminal. */
  static boolean isTerminal() {
    return Boolean.getBoolean(TERMINAL_PROPERTY);
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
    return this == PLAIN ? text : "\033[" + code + "m" + text + "\033[0m";
  }
}
