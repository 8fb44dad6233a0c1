package org.openagi.p2p.node.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines up columns of text. */
final class TextTable {
  private static final int CELL_MAX = 60;

  private TextTable() {}

  /** Text of any origin, made harmless and short enough for a column. */
  static String cell(String text) {
    String safe = SafeText.of(text);
    return safe.length() <= CELL_MAX ? safe : safe.substring(0, CELL_MAX - 1) + "…";
  }

  /** Characters of the longest line. */
  static int width(List<List<String>> rows) {
    return lines(rows).stream().mapToInt(String::length).max().orElse(0);
  }

  /** The lines of a table whose rows have equally many cells; at least one row. */
  static List<String> lines(List<List<String>> rows) {
    var widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    var lines = new ArrayList<String>();
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
