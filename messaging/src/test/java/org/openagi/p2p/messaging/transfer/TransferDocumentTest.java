package org.openagi.p2p.messaging.transfer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.WireExamples;

/** The worked examples of docs/wire/transfer-1.0.md are what the codec makes. */
class TransferDocumentTest {
  @Test
  void examplesAreWhatTheCodecMakes() throws Exception {
    TransferPair pair = new TransferPair(TransferPair.offer(5));
    WireExamples examples = new WireExamples("transfer-1.0.md");
    byte[] offer = pair.sender.offer();
    examples.add("OFFER: `hello.txt`, 5 bytes, text/plain", offer);
    byte[] fields = Arrays.copyOfRange(offer, 2, offer.length - 66);
    examples.add("What its signature covers", pair.text().ofOffer(fields));
    byte[] accept = pair.open(offer).accept(new ContentDigest());
    examples.add("ACCEPT: nothing is there yet", accept);
    pair.toSender(accept);
    examples.add("START at 0", pair.sender.start(new ContentDigest()));
    byte[] frame = new byte[9];
    byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(hello, 0, frame, 4, hello.length);
    int at = pair.sender.data(frame, 4, hello.length);
    examples.add("DATA", Arrays.copyOfRange(frame, at, frame.length));
    ContentDigest digest = pair.sender.digest();
    examples.add("What the signature of END covers", pair.text().ofEnd(pair.id, 5, digest.value()));
    examples.add("END", pair.sender.end());
    examples.add("ACK of 5 bytes", TransferFrames.number(TransferFrames.ACK, 5));
    examples.add("DONE", new Done(5, digest.value()).toFrame());
    examples.add(
        "REFUSE",
        TransferFrames.farewell(TransferFrames.REFUSE, TransferReason.DECLINED, "no, thanks"));
    examples.add("ALIVE", TransferFrames.alive());
    examples.check();
  }
}
