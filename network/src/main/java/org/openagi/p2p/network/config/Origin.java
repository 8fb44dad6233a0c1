package org.openagi.p2p.network.config;

/**
 * Where a value was written.
 *
 * @param kind the layer, which decides precedence
 * @param detail the flag, variable, or {@code file:line}; for a default the value of another key that
 *     calls for it, empty if none does
 */
public record Origin(Kind kind, String detail) {
  /** The origin of every value nobody has set. */
  public static final Origin DEFAULT = new Origin(Kind.DEFAULT, "");

  /** The layers, weakest first: a later one overrides an earlier one. */
  public enum Kind {
    /** Built in. */
    DEFAULT,
    /** A line of the configuration file. */
    FILE,
    /** An environment variable. */
    ENVIRONMENT,
    /** A command-line flag. */
    FLAG,
    /** Set by the program that embeds the node, through the builder. */
    CODE
  }

  static Origin defaultFor(String value) {
    return new Origin(Kind.DEFAULT, value);
  }

  static Origin file(String path, int line) {
    return new Origin(Kind.FILE, path + ":" + line);
  }

  static Origin environment(String variable) {
    return new Origin(Kind.ENVIRONMENT, variable);
  }

  static Origin flag(String flag) {
    return new Origin(Kind.FLAG, flag);
  }

  static Origin code(String key) {
    return new Origin(Kind.CODE, key);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case DEFAULT -> detail.isEmpty() ? "default" : "default for " + detail;
      case FILE -> "file " + detail;
      case ENVIRONMENT -> "environment " + detail;
      case FLAG -> "flag " + detail;
      case CODE -> "set by the program";
    };
  }
}
