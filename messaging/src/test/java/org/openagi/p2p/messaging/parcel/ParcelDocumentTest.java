package org.openagi.p2p.messaging.parcel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.SecureRandom;
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
import org.openagi.p2p.testkit.WireExamples;

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
    new WireExamples("parcel-1.0.md")
        .add("The key that the recipient announces", keys().announcement().toArray())
        .add("Body of a section", section().encode())
        .add("Content with it, padded", content)
        .add("Body of a receipt", receipt().encode())
        .check();
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
}
