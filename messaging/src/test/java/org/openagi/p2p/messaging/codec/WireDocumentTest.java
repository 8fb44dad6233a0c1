package org.openagi.p2p.messaging.codec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;
import org.openagi.p2p.messaging.bundle.BundleDigest;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.WireExamples;

/** The worked examples of docs/wire/message-1.0.md are what the codec makes. */
class WireDocumentTest {
  private static final long EPOCH = 0x00c0ffee00c0ffeeL;
  private static final long BASE = 1_767_225_600_000L;
  private static final String JSON =
      "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"get_time\",\"arguments\":{}}}";
  private static final HostKey SENDER = TestPeers.filledKey(1);
  private static final HostKey RECIPIENT = TestPeers.filledKey(2);

  private final WireExamples examples = new WireExamples("message-1.0.md");

  @Test
  void examplesAreWhatTheCodecMakes() throws IOException {
    examples.add(
        "HELLO: bulk lane, nothing sent before, messages live 60 s",
        new Hello(1, Lane.BULK.number(), 0, EPOCH, 1, 60_000).toFrame());
    examples.add(
        "HELLO_ACK: nothing settled, payloads up to 64 MiB, 16 MiB without a seal",
        new HelloAck(0, new Ack(0, List.of()), 64 << 20, 16 << 20).toFrame());

    BundleDigest digest = new BundleDigest();
    ChunkEncoder encoder = new ChunkEncoder();
    encoder.begin(1, BASE);
    encoder.addMessage(message().payload("hello").build(), BASE, 0);
    encoder.addMessage(message().payload("world").build(), BASE, 0);
    chunk("CHUNK: two messages of 5 bytes in the same millisecond", encoder, true, digest, 1);
    encoder.begin(3, BASE + 7);
    encoder.addMessage(message().messageId("msg_001").payload("x").ttl(3).build(), BASE + 9, 5_000);
    encoder.addHole(2);
    chunk(
        "CHUNK, same bundle: 2 ms after its base, with an id, ttl 3 and a lifetime of 5 s; then two"
            + " numbers given up",
        encoder,
        false,
        digest,
        3);

    encoder.begin(6, BASE);
    encoder.addMessage(
        message()
            .payload("how much?")
            .build()
            .withCorrelation(new Correlation(Correlation.Kind.REQUEST, 0x0123456789abcdefL)),
        BASE,
        0);
    chunk(
        "CHUNK, another bundle: a request; its reply has 01 for 00 before the id and travels in the reply lane",
        encoder,
        true,
        new BundleDigest(),
        6);
    AdaptiveCompression compression = new AdaptiveCompression(new ZstdCompressor(1));
    compression.useDictionary();
    encoder.begin(7, BASE);
    encoder.addMessage(message().payload(JSON).build(), BASE, 0);
    encoder.finish(true, compression);
    examples.add(
        "CHUNK, compressed with the dictionary: `" + JSON + "`",
        Arrays.copyOfRange(
            encoder.array(), encoder.frameOffset(), encoder.frameOffset() + encoder.frameLength()));
    long first = digest.first();
    long count = digest.count();
    byte[] sha256 = digest.end();
    examples.add("SHA-256 of the two frames", sha256);
    SealText seal = new SealText(SENDER.peerId(), RECIPIENT.peerId(), Lane.BULK, EPOCH);
    byte[] signed = seal.of(first, count, sha256);
    examples.add("What the seal signs", signed);
    Bytes signature = SENDER.sign(Bytes.copyOf(signed));
    assertTrue(SENDER.publicKey().verify(Bytes.copyOf(signed), signature));
    examples.add("SEAL over numbers 1 to 5", new Seal(first, count, signature).toFrame());
    examples.add(
        "ACK: settled up to 5, but 3 had no handler",
        new Ack(5, List.of(new Refusal(3, RefusalReason.NO_HANDLER, "no handler for DATA")))
            .toFrame());
    examples.add("REFUSE", new Refuse(Refuse.GOING_AWAY, "shutting down").toFrame());
    examples.check();
  }

  private static NetworkMessage.Builder message() {
    return NetworkMessage.builder()
        .recipientId(RECIPIENT.peerId().toString())
        .messageType(MessageType.DATA);
  }

  private void chunk(
      String title, ChunkEncoder encoder, boolean starts, BundleDigest digest, long first) {
    encoder.finish(starts, null);
    int from = encoder.frameOffset();
    int length = encoder.frameLength();
    digest.addFrame(encoder.array(), from, length, first, encoder.count());
    examples.add(title, Arrays.copyOfRange(encoder.array(), from, from + length));
  }
}
