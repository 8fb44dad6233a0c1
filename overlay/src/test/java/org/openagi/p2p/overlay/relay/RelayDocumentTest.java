package org.openagi.p2p.overlay.relay;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.overlay.Examples;
import org.openagi.p2p.testkit.TestPeers;

/** The worked examples of docs/wire/overlay-relay.md are what the codec makes. */
class RelayDocumentTest {
  @Test
  void examplesAreWhatTheCodecMakes() throws Exception {
    Bytes id = Bytes.fromHex("c0ffee00".repeat(4));
    Parcel parcel = new Parcel(
        id,
        TestPeers.filledKey(2).peerId(),
        15,
        60_000,
        true,
        List.of(new Parcel.Hop(TestPeers.filledKey(1).peerId(), 250, 1_200)),
        Bytes.ofUtf8("sealed"));
    new Examples("overlay-relay.md")
        .add("CARRY to its recipient", new RelayFrame.Carry(0, Optional.empty(), false, 0, parcel))
        .add(
            "CARRY of the first copy to a keeper",
            new RelayFrame.Carry(1, Optional.of(TestPeers.filledKey(3).peerId()), false, 0, parcel))
        .add("TAKEN", new RelayFrame.Taken(new ParcelKey(id, 0)))
        .add(
            "REFUSED: no way", new RelayFrame.Refused(new ParcelKey(id, 0), ParcelRefusal.NO_ROUTE))
        .add(
            "ARRIVED: the second attempt of the keeper of copy 1",
            new RelayFrame.Arrived(new ParcelKey(id, 9)))
        .check();
  }
}
