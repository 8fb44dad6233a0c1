package org.openagi.p2p.messaging.carry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.WireExamples;

/** Bundles to a file and back, and every way a file can be wrong. */
class BundleFileTest {
  private static final long EPOCH = 0x00c0ffee00c0ffeeL;
  private static final long NOW = 1_767_225_600_000L;
  private static final HostKey SENDER = TestPeers.filledKey(1);
  private static final HostKey RECIPIENT = TestPeers.filledKey(2);

  private static OutboxEntry entry(long number, Bytes payload) {
    OutboxEntry entry = new OutboxEntry(NetworkMessage.data("b", payload), n -> "n" + n, 0, null);
    entry.assignNumber(number);
    return entry;
  }

  private static BundleFileWriter writer() {
    return new BundleFileWriter(
        SENDER, RECIPIENT.peerId(), new AdaptiveCompression(new ZstdCompressor(1)));
  }

  private static byte[] small() {
    BundleFileWriter writer = writer();
    writer.addLane(Lane.BULK, EPOCH, 1, 60_000, NOW, List.of(entry(1, Bytes.ofUtf8("hello"))));
    return writer.toBytes();
  }

  @Test
  void theExampleIsWhatTheWriterMakes() throws IOException {
    new WireExamples("bundle-file.md").add(small()).check();
  }

  @Test
  void severalLanesOfSmallAndLargeMessagesWithHolesAreReadAsWritten() throws Exception {
    RandomGenerator dice = SeededRandom.of(7);
    List<OutboxEntry> entries = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      byte[] payload = new byte[i % 500 == 3 ? 700_000 : dice.nextInt(300)];
      if (i % 2 == 0) dice.nextBytes(payload);
      OutboxEntry made = entry(41 + i, Bytes.wrap(payload));
      if (i % 7 == 0) made.ended(Outcome.Acknowledged.INSTANCE);
      entries.add(made);
    }
    BundleFileWriter writer = writer();
    assertEquals(2, writer.addLane(Lane.URGENT, 5, 1, 60_000, NOW, List.of(urgent())));
    assertEquals(3_041, writer.addLane(Lane.BULK, EPOCH, 41, 60_000, NOW, entries));
    assertEquals(1 + 3_000 - 429, writer.messages());
    BundleFile file = BundleFile.read(writer.toBytes());
    assertEquals(SENDER.peerId(), file.sender());
    assertEquals(RECIPIENT.peerId(), file.recipient());
    assertEquals(2, file.sections().size());
    BundleFile.Section bulk = file.sections().get(1);
    assertEquals(Lane.BULK, bulk.lane());
    assertEquals(EPOCH, bulk.epoch());
    assertEquals(41, bulk.first());
    assertEquals(3_041, bulk.end());
  }

  private static OutboxEntry urgent() {
    OutboxEntry entry = new OutboxEntry(
        NetworkMessage.of(
            org.openagi.p2p.messaging.MessageType.CONSENSUS, "b", Bytes.ofUtf8("vote")),
        n -> "u" + n,
        0,
        null);
    entry.assignNumber(1);
    return entry;
  }

  @Test
  void aFullFileTakesNoFurtherMessage() throws Exception {
    Bytes half = Bytes.wrap(new byte[BundleFileWriter.TARGET_BYTES / 2]);
    List<OutboxEntry> entries =
        List.of(entry(1, half), entry(2, half), entry(3, half), entry(4, half), entry(5, half));
    BundleFileWriter writer = new BundleFileWriter(SENDER, RECIPIENT.peerId(), null);
    long end = writer.addLane(Lane.BULK, EPOCH, 1, 60_000, NOW, entries);
    assertTrue(writer.isFull());
    assertTrue(end == 3 || end == 4, "end " + end);
    assertEquals(end - 1, writer.messages());
    byte[] file = writer.toBytes();
    assertTrue(file.length <= BundleFile.MAX_BYTES);
    assertEquals(end, BundleFile.read(file).sections().getFirst().end());
  }

  @Test
  void everyCutAndEveryChangedByteIsNoticed() {
    byte[] file = small();
    for (int length = 0; length < file.length; length++) refuses(Arrays.copyOf(file, length));
    refuses(Arrays.copyOf(file, file.length + 1));
    for (int at = 0; at < file.length; at++) {
      byte[] changed = file.clone();
      changed[at] ^= 1;
      refuses(changed);
    }
  }

  private static void refuses(byte[] file) {
    assertThrows(ProtocolViolationException.class, () -> BundleFile.read(file));
  }

  @Test
  void aBundleThatIsCutOutIsNoticedThoughItsNeighboursAreGenuine() {
    BundleFileWriter both = writer();
    both.addLane(Lane.URGENT, 5, 1, 60_000, NOW, List.of(urgent()));
    byte[] urgentOnly = both.toBytes();
    BundleFileWriter two = writer();
    two.addLane(Lane.URGENT, 5, 1, 60_000, NOW, List.of(urgent()));
    two.addLane(Lane.BULK, EPOCH, 1, 60_000, NOW, List.of(entry(1, Bytes.ofUtf8("x"))));
    byte[] full = two.toBytes();
    int endFrame = 2 + 64;
    byte[] spliced = Arrays.copyOf(urgentOnly, urgentOnly.length);
    System.arraycopy(full, full.length - endFrame, spliced, spliced.length - endFrame, endFrame);
    ProtocolViolationException wrong =
        assertThrows(ProtocolViolationException.class, () -> BundleFile.read(spliced));
    assertTrue(String.valueOf(wrong.getMessage()).contains("over the file"), wrong.getMessage());
  }

  @Test
  void aFileTooLongIsRefusedUnread() {
    ProtocolViolationException wrong = assertThrows(
        ProtocolViolationException.class,
        () -> BundleFile.read(new byte[BundleFile.MAX_BYTES + 1]));
    assertTrue(
        String.valueOf(wrong.getMessage()).contains("allowed are " + BundleFile.MAX_BYTES),
        wrong.getMessage());
    assertArrayEquals(
        "openagi-bundles\n".getBytes(StandardCharsets.US_ASCII), BundleFileForm.MAGIC);
  }

  @FuzzTest
  void anyBytes(byte[] data) {
    byte[] head = small();
    byte[] file = data.length > 0 && data[0] == 1
        ? Arrays.copyOf(head, head.length - 66 + data.length)
        : data;
    if (file != data) System.arraycopy(data, 0, file, head.length - 66, data.length);
    try {
      BundleFile.read(file);
    } catch (ProtocolViolationException expected) {
      return;
    }
  }
}
