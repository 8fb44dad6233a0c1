package org.openagi.p2p.overlay.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.overlay.health.HealthFrame.Doubted;
import org.openagi.p2p.overlay.health.HealthFrame.Finding;
import org.openagi.p2p.overlay.health.HealthFrame.Probe;
import org.openagi.p2p.overlay.health.HealthFrame.ProbeAnswer;
import org.openagi.p2p.overlay.health.HealthFrame.Question;
import org.openagi.p2p.overlay.health.HealthFrame.Testimony;

/** The worked examples of docs/wire/overlay-health.md are what the codec makes. */
class HealthDocumentTest {
  @Test
  void examplesAreWhatTheCodecMakes() throws IOException {
    Path document = Path.of("").toAbsolutePath();
    while (!Files.exists(document.resolve("docs/wire/overlay-health.md"))) {
      document = document.getParent();
    }
    document = document.resolve("docs/wire/overlay-health.md");
    String text = Files.readString(document);
    String start = "<!-- examples -->\n";
    int from = text.indexOf(start) + start.length();
    int to = text.indexOf("<!-- end of examples -->");
    assertTrue(from > start.length() && to >= from, "markers of the examples");
    if (Boolean.getBoolean("wire.document.write")) {
      Files.writeString(document, text.substring(0, from) + examples() + text.substring(to));
      return;
    }
    assertEquals(examples(), text.substring(from, to));
  }

  private static String examples() {
    StringBuilder out = new StringBuilder("\n");
    example(out, "PROBE: number 7 of a node that is idle", new Probe(7, 0));
    example(out, "PROBE_ANSWER: to it, of a node that is a quarter busy", new ProbeAnswer(7, 250));
    example(
        out,
        "QUESTION: number 300, about the peer whose id is a digest that ends in 2a",
        new Question(300, HealthNet.peer(42)));
    example(out, "TESTIMONY: heard of it 120 ms ago", new Testimony(300, Finding.HEARD, 120));
    example(out, "TESTIMONY: got no answer either", new Testimony(300, Finding.SILENT, 0));
    example(out, "DOUBTED: the same peer hears nothing of you", new Doubted(HealthNet.peer(42)));
    return out.toString();
  }

  private static void example(StringBuilder out, String title, HealthFrame frame) {
    out.append(title).append("\n```\n");
    byte[] bytes = frame.encode();
    HexFormat hex = HexFormat.ofDelimiter(" ");
    for (int at = 0; at < bytes.length; at += 24) {
      out.append(hex.formatHex(bytes, at, Math.min(bytes.length, at + 24))).append('\n');
    }
    out.append("```\n");
  }
}
