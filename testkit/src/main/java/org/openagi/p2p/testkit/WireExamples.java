package org.openagi.p2p.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * The worked examples of a page of docs/wire, between two markers: they are what the code makes. Rewritten with {@code
 * -Dwire.document.write=true}.
 */
public final class WireExamples {
  private static final String START = "<!-- examples -->\n";
  private static final String END = "<!-- end of examples -->";
  private static final int BYTES_OF_A_LINE = 32;

  private final String page;
  private final StringBuilder made = new StringBuilder("\n");

  /** @param page the name of a file of docs/wire */
  public WireExamples(String page) {
    this.page = page;
  }

  /** Adds bytes under a title. */
  public WireExamples add(String title, byte[] bytes) {
    made.append(title).append(":\n\n");
    return add(bytes);
  }

  /** Adds bytes without one. */
  public WireExamples add(byte[] bytes) {
    made.append("```\n");
    for (int at = 0; at < bytes.length; at += BYTES_OF_A_LINE) {
      int end = Math.min(bytes.length, at + BYTES_OF_A_LINE);
      made.append(HexFormat.ofDelimiter(" ").formatHex(bytes, at, end)).append('\n');
    }
    made.append("```\n\n");
    return this;
  }

  /**
   * Compares what was added with the page, or rewrites it.
   *
   * @throws AssertionError naming the first line that differs
   */
  public void check() throws IOException {
    Path document = Repository.file("docs/wire/" + page);
    String text = Files.readString(document);
    int from = text.indexOf(START) + START.length();
    int to = text.indexOf(END);
    if (from < START.length() || to < from) {
      throw new AssertionError(document + " lacks the markers of its examples");
    }
    if (Boolean.getBoolean("wire.document.write")) {
      Files.writeString(document, text.substring(0, from) + made + text.substring(to));
      return;
    }
    String shown = text.substring(from, to);
    if (!shown.contentEquals(made)) throw new AssertionError(difference(shown));
  }

  private String difference(String shown) {
    List<String> have = shown.lines().toList();
    List<String> want = made.toString().lines().toList();
    int line = 0;
    while (line < have.size() && line < want.size() && have.get(line).equals(want.get(line))) {
      line++;
    }
    return "docs/wire/" + page + ", line " + (line + 1) + " of its examples is <" + at(have, line)
        + ">, the code makes <" + at(want, line) + ">";
  }

  private static String at(List<String> lines, int line) {
    return line < lines.size() ? lines.get(line) : "";
  }
}
