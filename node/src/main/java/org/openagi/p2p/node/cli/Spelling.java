package org.openagi.p2p.node.cli;

import java.util.Collection;
import java.util.List;

/** Finds what somebody meant who mistyped. */
final class Spelling {
  /** Letters too many, missing or wrong; two that are exchanged count as two. */
  private static final int MISTAKES_MAX = 2;

  private Spelling() {}

  /** The words that differ from the one given by so little that they may have been meant, in their order. */
  static List<String> near(String given, Collection<String> words) {
    return words.stream()
        .filter(word -> Math.abs(word.length() - given.length()) <= MISTAKES_MAX)
        .filter(word -> word.length() > MISTAKES_MAX && mistakes(given, word) <= MISTAKES_MAX)
        .toList();
  }

  /** The distance of Levenshtein, a row of its table at a time. */
  static int mistakes(String given, String meant) {
    int[] row = new int[meant.length() + 1];
    for (int j = 0; j < row.length; j++) row[j] = j;
    for (int i = 1; i <= given.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int wrong = given.charAt(i - 1) == meant.charAt(j - 1) ? 0 : 1;
        int least = Math.min(diagonal + wrong, 1 + Math.min(row[j], row[j - 1]));
        diagonal = row[j];
        row[j] = least;
      }
    }
    return row[meant.length()];
  }
}
