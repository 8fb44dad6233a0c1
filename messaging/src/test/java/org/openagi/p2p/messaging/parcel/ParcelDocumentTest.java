package org.openagi.p2p.messaging.parcel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.Refusal;
import org.openagi.p2p.messaging.parcel.Section.Place;
import org.openagi.p2p.overlay.relay.Parcel;

/** The examples of docs/wire/parcel-1.0.md are what the code makes and reads. */
class ParcelDocumentTest {
  private static final Bytes SECRET =
      Bytes.fromHex("0303030303030303030303030303030303030303030303030303030303030303");

  private static Section section() {
    ChunkEncoder encoder = new ChunkEncoder();
    encoder.begin(1, 1_767_225_600_000L);
    encoder.addMessage(NetworkMessage.data("b", Bytes.ofUtf8("hello")), 1_767_225_600_000L, 0);
    encoder.finish(true, null);
    Bytes chunk = Bytes.copyOf(encoder.array(), encoder.frameOffset(), encoder.frameLength());
    Hello hello = new Hello(1, Lane.BULK.number(), 1, 0x00c0ffee00c0ffeeL, 1, 60_000);
    Bytes reply = Bytes.wrap(new byte[] {1}).concat(SECRET);
    return new Section(hello, reply, new Place(1, 0), new Place(2, 0), chunk);
  }

  private static Receipt receipt() {
    Ack ack = new Ack(2, List.of(new Refusal(2, RefusalReason.NO_HANDLER, "no")));
    return new Receipt(
        0x1122334455667788L,
        8 << 20,
        List.of(new Receipt.LaneReceipt(Lane.BULK, 0x00c0ffee00c0ffeeL, ack)),
        List.of(new Receipt.Arrival(
            Bytes.wrap(new byte[16]),
            5_000,
            List.of(new Parcel.Hop(ParcelPairTest.ALICE.peerId(), 90, 1_200)))));
  }

  private static Prekeys keys() throws Exception {
    Bytes stored = Bytes.wrap(
        new WireWriter(64).u8(1).u8(1).u64(1_767_225_600_000L).bytes(SECRET).toArray());
    return Prekeys.decode(stored, new SecureRandom());
  }

  @Test
  void theExamplesAreWhatTheCodeMakes() throws Exception {
    byte[] content = ParcelContent.write(
        ParcelPairTest.ALICE,
        ParcelPairTest.BOB.peerId(),
        ParcelContent.SECTION,
        section().encode());
    StringBuilder examples = new StringBuilder("\n");
    example(
        examples, "The key that the recipient announces", keys().announcement().toArray());
    example(examples, "Body of a section", section().encode());
    example(examples, "Content with it, padded", content);
    example(examples, "Body of a receipt", receipt().encode());
    check(examples.toString());
    assertEquals(section(), Section.decode(Bytes.wrap(section().encode())));
    assertEquals(receipt(), Receipt.decode(Bytes.wrap(receipt().encode())));
  }

  /** Sealing draws a key each time, so there is no example of it. */
  @Test
  void whatIsSealedOpens() throws Exception {
    Bytes sealed = new ParcelSeal(ParcelPairTest.ALICE)
        .seal(
            ParcelPairTest.BOB.peerId(),
            keys().announcement(),
            ParcelContent.SECTION,
            section().encode());
    assertEquals(keys().announcement().get(0), sealed.get(0));
    byte[] opened = keys().open(ParcelPairTest.BOB.peerId(), sealed);
    ParcelContent content = ParcelContent.read(opened, ParcelPairTest.BOB.peerId());
    assertEquals(ParcelPairTest.ALICE.peerId(), content.sender());
    assertEquals(section(), Section.decode(content.body()));
  }

  private static void example(StringBuilder out, String title, byte[] bytes) {
    out.append(title).append(":\n\n```\n");
    for (int at = 0; at < bytes.length; at += 32) {
      int end = Math.min(bytes.length, at + 32);
      out.append(HexFormat.ofDelimiter(" ").formatHex(bytes, at, end)).append('\n');
    }
    out.append("```\n\n");
  }

  private static void check(String examples) throws IOException {
    Path document = Path.of("").toAbsolutePath();
    while (!Files.exists(document.resolve("docs/wire/parcel-1.0.md"))) {
      document = document.getParent();
    }
    document = document.resolve("docs/wire/parcel-1.0.md");
    String text = Files.readString(document);
    String start = "<!-- examples -->\n";
    int from = text.indexOf(start) + start.length();
    int to = text.indexOf("<!-- end of examples -->");
    if (Boolean.getBoolean("wire.document.write")) {
      Files.writeString(document, text.substring(0, from) + examples + text.substring(to));
      return;
    }
    assertEquals(examples, text.substring(from, to));
  }
}
