package org.openagi.p2p.messaging.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
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
import org.openagi.p2p.messaging.sim.SimCrypto;
import org.openagi.p2p.testkit.VirtualTime;

/** The worked example of docs/wire/journal.md is what the journal writes. */
class JournalDocumentTest {
  private static final long EPOCH = 0x00c0ffee00c0ffeeL;
  private static final PeerId RECIPIENT = SimCrypto.peer(2);

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
    Path document = Path.of("").toAbsolutePath();
    while (!Files.exists(document.resolve("docs/wire/journal.md"))) document = document.getParent();
    document = document.resolve("docs/wire/journal.md");
    String text = Files.readString(document);
    String start = "<!-- examples -->\n";
    int from = text.indexOf(start) + start.length();
    int to = text.indexOf("<!-- end of examples -->");
    assertTrue(from > start.length() && to >= from, "markers of the examples");
    if (Boolean.getBoolean("wire.document.write")) {
      Files.writeString(document, text.substring(0, from) + example() + text.substring(to));
      return;
    }
    assertEquals(example(), text.substring(from, to));
  }

  private static String example() throws IOException {
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
    StringBuilder out = new StringBuilder();
    line(out, "header of " + name, bytes, 0, SegmentHeader.BYTES);
    for (int at = SegmentHeader.BYTES; bytes[at + 8] != 0; ) {
      int length = java.nio.ByteBuffer.wrap(bytes).getInt(at + 4) + RecordType.HEADER_BYTES;
      line(out, NAMES.get(bytes[at + 8]) + " at " + at, bytes, at, at + length);
      at += length;
    }
    return out.append('\n').toString();
  }

  private static void line(StringBuilder out, String what, byte[] bytes, int from, int to) {
    out.append("\n").append(what).append(":\n\n```\n");
    for (int at = from; at < to; at += 32) {
      byte[] part = Arrays.copyOfRange(bytes, at, Math.min(to, at + 32));
      out.append(HexFormat.ofDelimiter(" ").formatHex(part)).append('\n');
    }
    out.append("```\n");
  }
}
