package org.openagi.p2p.messaging.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The worked examples of docs/wire/transfer-1.0.md are what the codec makes. */
class TransferDocumentTest {
  @Test
  void examplesAreWhatTheCodecMakes() throws Exception {
    Path document = Path.of("").toAbsolutePath();
    while (!Files.exists(document.resolve("docs/wire/transfer-1.0.md"))) {
      document = document.getParent();
    }
    document = document.resolve("docs/wire/transfer-1.0.md");
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

  private static String examples() throws TransferException, IOException {
    TransferPair pair = new TransferPair(TransferPair.offer(5));
    StringBuilder out = new StringBuilder("\n");
    byte[] offer = pair.sender.offer();
    example(out, "OFFER: `hello.txt`, 5 bytes, text/plain", offer);
    byte[] fields = Arrays.copyOfRange(offer, 2, offer.length - 66);
    signed(out, "What its signature covers", pair.text().ofOffer(fields));
    byte[] accept = pair.open(offer).accept(new ContentDigest());
    example(out, "ACCEPT: nothing is there yet", accept);
    pair.toSender(accept);
    example(out, "START at 0", pair.sender.start(new ContentDigest()));
    byte[] frame = new byte[9];
    byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(hello, 0, frame, 4, hello.length);
    int at = pair.sender.data(frame, 4, hello.length);
    example(out, "DATA", Arrays.copyOfRange(frame, at, frame.length));
    ContentDigest digest = pair.sender.digest();
    signed(out, "What the signature of END covers", pair.text().ofEnd(pair.id, 5, digest.value()));
    example(out, "END", pair.sender.end());
    example(out, "ACK of 5 bytes", TransferFrames.number(TransferFrames.ACK, 5));
    example(out, "DONE", new Done(5, digest.value()).toFrame());
    example(
        out,
        "REFUSE",
        TransferFrames.farewell(TransferFrames.REFUSE, TransferReason.DECLINED, "no, thanks"));
    example(out, "ALIVE", TransferFrames.alive());
    return out.toString();
  }

  private static void signed(StringBuilder out, String title, byte[] text) {
    example(out, title, text);
  }

  private static void example(StringBuilder out, String title, byte[] frame) {
    out.append(title).append(":\n\n```\n");
    for (int at = 0; at < frame.length; at += 32) {
      int end = Math.min(frame.length, at + 32);
      out.append(HexFormat.ofDelimiter(" ").formatHex(frame, at, end)).append('\n');
    }
    out.append("```\n\n");
  }
}
