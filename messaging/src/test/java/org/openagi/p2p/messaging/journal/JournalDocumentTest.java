package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;
import org.openagi.p2p.testkit.WireExamples;

/** The worked example of docs/wire/journal.md is what the journal writes. */
class JournalDocumentTest {
  private static final long EPOCH = 0x00c0ffee00c0ffeeL;
  private static final PeerId RECIPIENT = TestPeers.filledKey(2).peerId();

  private static final List<String> NAMES = List.of(
      "",
      "GROUP",
      "END",
      "OUTBOX",
      "ENTRY",
      "SETTLED",
      "ENDED",
      "DEAD",
      "DROPPED",
      "INBOX",
      "MARK",
      "LEASE",
      "REFUSED",
      "HANDLED_ID",
      "RESTART");

  @Test
  void theExampleIsWhatTheJournalWrites() throws IOException {
    RandomGenerator fixed = () -> EPOCH;
    SimDisk disk = new SimDisk(fixed);
    JournalMessageStore store = JournalMessageStore.open(
        disk,
        new JournalConfig(
            4 << 20,
            4096,
            JournalConfig.Sync.ALWAYS,
            Duration.ofMinutes(1),
            0,
            DeadLetterLimits.DEFAULT),
        fixed,
        new VirtualTime(),
        Runnable::run,
        new JournalListener() {},
        () -> {});
    OutboxLog<OutboxEntry> log = store.outbox(RECIPIENT, Lane.BULK);
    log.append(new OutboxEntry(
        NetworkMessage.text(RECIPIENT.toString(), "hello"),
        new LaneNumbering(EPOCH, Lane.BULK),
        0,
        null));
    store.work();
    log.settleUpTo(2);
    store.close();
    String name = disk.list().getFirst();
    byte[] bytes = disk.bytesOf(name);
    WireExamples examples = new WireExamples("journal.md")
        .add("header of " + name, Arrays.copyOf(bytes, SegmentHeader.BYTES));
    for (int at = SegmentHeader.BYTES; bytes[at + 8] != 0; ) {
      int length = java.nio.ByteBuffer.wrap(bytes).getInt(at + 4) + RecordType.HEADER_BYTES;
      examples.add(
          NAMES.get(bytes[at + 8]) + " at " + at, Arrays.copyOfRange(bytes, at, at + length));
      at += length;
    }
    examples.check();
  }
}
