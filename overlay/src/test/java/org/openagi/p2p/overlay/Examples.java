package org.openagi.p2p.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** Worked examples of a page of docs/wire, between two markers; rewritten with {@code -Dwire.document.write=true}. */
public final class Examples {
  private static final String START = "<!-- examples -->\n";
  private static final int BYTES_OF_A_LINE = 32;

  private final String page;
  private final StringBuilder text = new StringBuilder("\n");

  public Examples(String page) {
    this.page = page;
  }

  public Examples add(String title, OverlayFrame frame) {
    text.append(title).append(":\n\n```\n");
    byte[] bytes = frame.encode();
    for (int at = 0; at < bytes.length; at += BYTES_OF_A_LINE) {
      int end = Math.min(bytes.length, at + BYTES_OF_A_LINE);
      text.append(HexFormat.ofDelimiter(" ").formatHex(bytes, at, end)).append('\n');
    }
    text.append("```\n\n");
    return this;
  }

  public void check() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs/wire").resolve(page))) root = root.getParent();
    Path document = root.resolve("docs/wire").resolve(page);
    String content = Files.readString(document);
    int from = content.indexOf(START) + START.length();
    int to = content.indexOf("<!-- end of examples -->");
    assertTrue(from > START.length() && to >= from, "markers of the examples");
    if (Boolean.getBoolean("wire.document.write")) {
      Files.writeString(document, content.substring(0, from) + text + content.substring(to));
      return;
    }
    assertEquals(text.toString(), content.substring(from, to));
  }
}
