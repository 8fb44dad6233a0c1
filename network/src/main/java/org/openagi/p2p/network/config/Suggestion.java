package org.openagi.p2p.network.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known name somebody may have meant. Pure functions. */
final class Suggestion {
  /** Longer names than this are never a misspelling; it also bounds the cost of comparing. */
  private static final int NAME_CHARACTERS_MAX = 64;

  private Suggestion() {}

  /** A sentence to append to a problem, or nothing if no known name is near. */
  static String didYouMean(String name, Collection<String> known) {
    return closest(name, known).map(match -> "; did you mean " + match + "?").orElse("");
  }

  private static Optional<String> closest(String name, Collection<String> known) {
    if (name.length() > NAME_CHARACTERS_MAX) return Optional.empty();
    int near = Math.max(2, name.length() / 3);
    return known.stream()
        .filter(candidate -> editDistance(name, candidate) <= near)
        .min(Comparator.comparingInt(candidate -> editDistance(name, candidate)));
  }

  /** Levenshtein distance, case and hyphens aside. */
  static int editDistance(String left, String right) {
    String a = normal(left);
    String b = normal(right);
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) previous[j] = j;
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[b.length()];
  }

  private static String normal(String name) {
    return name.toLowerCase(java.util.Locale.ROOT).replace('-', '_');
  }
}
