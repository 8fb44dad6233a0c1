package org.openagi.p2p.messaging.bond;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The worked examples of docs/wire/bond-1.0.md are what the codec makes, and what it reads. */
class BondDocumentTest {
  @Test
  void examplesAreWhatTheCodecMakes() throws Exception {
    Path document = Path.of("").toAbsolutePath();
    while (!Files.exists(document.resolve("docs/wire/bond-1.0.md"))) {
      document = document.getParent();
    }
    document = document.resolve("docs/wire/bond-1.0.md");
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

  private static String examples() throws Exception {
    StringBuilder out = new StringBuilder("\n");
    long id = 0x00c0ffee00c0ffeeL;
    example(out, "OPEN", new BondFrame.Greeting(false, 1, id, 0).toFrame());
    example(out, "WELCOME", new BondFrame.Welcome(1).toFrame());
    example(out, "JOIN of path 1", new BondFrame.Greeting(true, 1, id, 1).toFrame());
    byte[] data = new byte[BondFrame.DATA_HEADER_BYTES + 5];
    int at = BondFrame.writeDataHeader(data, 70_000, 5);
    byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(hello, 0, data, at, hello.length);
    example(out, "DATA: 5 bytes from offset 70,000 on", Arrays.copyOf(data, at + hello.length));
    example(
        out, "ACK of 3 frames, limit 1 MiB + 70,005", new BondFrame.Ack(3, 1_118_581).toFrame());
    example(out, "LOST: path 1", new BondFrame.Lost(1).toFrame());
    example(out, "END after 70,005 bytes", new BondFrame.End(70_005).toFrame());
    return out.toString();
  }

  private static void example(StringBuilder out, String title, byte[] frame) throws Exception {
    BondFrame.decode(frame[0] & 0xff, Arrays.copyOfRange(frame, 2, frame.length));
    out.append(title).append(":\n\n```\n");
    out.append(HexFormat.ofDelimiter(" ").formatHex(frame)).append("\n```\n\n");
  }
}
