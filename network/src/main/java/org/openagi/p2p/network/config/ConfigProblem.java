package org.openagi.p2p.network.config;

/**
 * One thing that is wrong with a configuration, in words a person can act on.
 *
 * @param key the key as written where it was found
 * @param value the offending value, shortened if very long; empty if there is none
 * @param origin where it was written, for example {@code environment P2P_MAX_CONNECTIONS}
 * @param what what is wrong and what is allowed, for example {@code must be a whole number, 1 to
 *     100000}
 */
public record ConfigProblem(String key, String value, Origin origin, String what) {
  private static final int SHOWN_VALUE_CHARACTERS_MAX = 80;

  /** Shortens the value and replaces control characters, so that a problem is always one line. */
  public ConfigProblem {
    value = oneLine(value);
    key = oneLine(key);
  }

  @Override
  public String toString() {
    String shown = value.isEmpty() ? key : key + " = '" + value + "'";
    return shown + " (" + origin + "): " + what;
  }

  private static String oneLine(String text) {
    String shortened = text.length() <= SHOWN_VALUE_CHARACTERS_MAX
        ? text
        : text.substring(0, SHOWN_VALUE_CHARACTERS_MAX) + "...";
    return shortened.replaceAll("\\p{Cntrl}", "?");
  }
}
