package org.openagi.p2p.messaging.bond;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.WireExamples;

/** The worked examples of docs/wire/bond-1.0.md are what the codec makes, and what it reads. */
class BondDocumentTest {
  private final WireExamples examples = new WireExamples("bond-1.0.md");

  @Test
  void examplesAreWhatTheCodecMakes() throws Exception {
    long id = 0x00c0ffee00c0ffeeL;
    example("OPEN", new BondFrame.Greeting(false, 1, id, 0).toFrame());
    example("WELCOME", new BondFrame.Welcome(1).toFrame());
    example("JOIN of path 1", new BondFrame.Greeting(true, 1, id, 1).toFrame());
    byte[] data = new byte[BondFrame.DATA_HEADER_BYTES + 5];
    int at = BondFrame.writeDataHeader(data, 70_000, 5);
    byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(hello, 0, data, at, hello.length);
    example("DATA: 5 bytes from offset 70,000 on", Arrays.copyOf(data, at + hello.length));
    example("ACK of 3 frames, limit 1 MiB + 70,005", new BondFrame.Ack(3, 1_118_581).toFrame());
    example("LOST: path 1", new BondFrame.Lost(1).toFrame());
    example("END after 70,005 bytes", new BondFrame.End(70_005).toFrame());
    examples.check();
  }

  private void example(String title, byte[] frame) throws Exception {
    BondFrame.decode(frame[0] & 0xff, Arrays.copyOfRange(frame, 2, frame.length));
    examples.add(title, frame);
  }
}
