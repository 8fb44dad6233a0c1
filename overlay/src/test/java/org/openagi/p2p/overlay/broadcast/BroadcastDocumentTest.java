package org.openagi.p2p.overlay.broadcast;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.overlay.Examples;

/** The worked examples of docs/wire/overlay-broadcast.md are what the codec makes. */
class BroadcastDocumentTest {
  private static final long STARTED = 1_767_225_600_000L;

  @Test
  void examplesAreWhatTheCodecMakes() throws Exception {
    HostKey key = HostKey.fromSeed(Bytes.fromHex("01".repeat(32)));
    Bytes payload = Bytes.fromHex("010001e0d40300").concat(Bytes.ofUtf8("hello"));
    Bytes text = BroadcastMessage.signedText(key.peerId(), STARTED, 1, STARTED + 5_000, payload);
    BroadcastMessage message =
        new BroadcastMessage(key.peerId(), STARTED, 1, STARTED + 5_000, payload, key.sign(text));
    assertTrue(key.publicKey().verify(message.signedText(), message.signature()));
    List<BroadcastFrame.Group> groups = List.of(new BroadcastFrame.Group(
        key.peerId(),
        STARTED,
        List.of(new BroadcastFrame.Range(7, 3, 2, 1), new BroadcastFrame.Range(1, 5, 2, 14))));
    new Examples("overlay-broadcast.md")
        .add(
            "GOSSIP by its origin: a DATA message `hello` that lives 60 s",
            new BroadcastFrame.Gossip(1, message))
        .add("HAVE: 7 to 9, and 1 to 5", new BroadcastFrame.Have(groups))
        .add("GRAFT without messages", new BroadcastFrame.Graft(List.of()))
        .add("PRUNE", new BroadcastFrame.Prune())
        .check();
  }
}
