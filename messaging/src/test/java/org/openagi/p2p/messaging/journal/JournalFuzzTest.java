package org.openagi.p2p.messaging.journal;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.StoreReport;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.VirtualTime;

/** Any bytes in a file of the journal end in a store or in a sentence, never in another exception or in much memory. */
class JournalFuzzTest {
  private static final JournalConfig CONFIG = new JournalConfig(
      4 << 20, 4096, JournalConfig.Sync.ALWAYS, Duration.ofMinutes(1), 0, DeadLetterLimits.DEFAULT);

  @FuzzTest
  void file(byte[] data) {
    open(data);
  }

  /** Records of any content whose checksums are right. Each is type, length, body. */
  @FuzzTest
  void records(byte[] data) {
    SegmentHeader header = new SegmentHeader(1, 7, 1 << 20, 0, 0, true);
    ByteBuffer out = ByteBuffer.allocate(SegmentHeader.BYTES + 10 * data.length + 64);
    out.put(header.encode());
    for (int at = 0; at + 2 <= data.length; ) {
      int type = data[at];
      int length = Math.min(data[at + 1] & 0xff, data.length - at - 2);
      int start = out.position();
      out.putInt(0).putInt(length).put((byte) type).put(data, at + 2, length);
      CRC32C crc = new CRC32C();
      crc.update(out.array(), start + 4, length + 5);
      out.putInt(start, ((int) crc.getValue()) ^ header.salt() ^ start);
      at += 2 + length;
    }
    open(Arrays.copyOf(out.array(), out.position()));
  }

  private static StoreReport check(SimDisk disk) {
    try {
      return JournalMessageStore.verify(disk.view(), DeadLetterLimits.DEFAULT);
    } catch (IOException e) {
      throw new AssertionError("the disk works", e);
    }
  }

  private static void open(byte[] file) {
    SimDisk disk = new SimDisk(SeededRandom.of(1));
    disk.put(Segment.nameOf(1), file);
    StoreReport report = check(disk);
    try {
      JournalMessageStore store = JournalMessageStore.open(
          disk,
          CONFIG,
          SeededRandom.of(2),
          new VirtualTime(),
          Runnable::run,
          new JournalListener() {},
          () -> {});
      store.forEachWaiting(message -> store.find(message.messageId()).orElseThrow());
      store.close();
      if (!report.isSound()) throw new AssertionError("opened in spite of " + report);
    } catch (JournalDamagedException expected) {
      if (report.isSound()) throw new AssertionError("called sound", expected);
      if (expected.file().isEmpty()) throw new AssertionError("no file is named", expected);
    } catch (IOException e) {
      throw new AssertionError("the disk works", e);
    }
  }
}
