package org.openagi.p2p.benchmarks.micro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.journal.JournalListener;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.network.store.QueueFolder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Messages of 64 bytes appended to a journal in the folder for temporary files, until the last of them is durable; then
 * all are settled. Time for the whole group, the force of the disk and the way to the journal's thread and back included.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JournalCommitBenchmark {
  private static final long QUOTA_BYTES = 1L << 30;
  private static final int PAYLOAD_BYTES = 64;

  /** Messages appended at a time. */
  @Param({"1", "100", "10000"})
  public int group;

  private final PeerId peer = HostKey.generate(new SecureRandom()).peerId();
  private final NetworkMessage message =
      NetworkMessage.data(peer.toString(), Bytes.wrap(new byte[PAYLOAD_BYTES]));
  private final Path folder;
  private final QueueFolder queue;

  /** Opens a journal that forces the disk. */
  public JournalCommitBenchmark() {
    JournalConfig config = JournalConfig.of(
        QUOTA_BYTES, JournalConfig.Sync.ALWAYS, Duration.ofHours(1), QueueFolder.bootId());
    try {
      folder = Files.createTempDirectory("p2p-bench");
      queue = QueueFolder.open(folder, config, TimeSource.system(), new JournalListener() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes what was written. */
  @TearDown
  public void remove() throws IOException {
    queue.close();
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) Files.delete(file);
    }
  }

  @Benchmark
  public long commit() {
    OutboxLog<OutboxEntry> outbox = queue.store().outbox(peer, Lane.BULK);
    LaneNumbering numbering = new LaneNumbering(outbox.epoch(), Lane.BULK);
    OutboxEntry entry = append(outbox, numbering);
    for (int i = 1; i < group; i++) entry = append(outbox, numbering);
    entry.accepted().join();
    OutboxLog.Cursor<OutboxEntry> durable = outbox.cursor();
    for (OutboxEntry each = durable.peek(); each != null; each = durable.peek()) {
      each.ended(Outcome.Acknowledged.INSTANCE);
      durable.advance();
    }
    outbox.settleUpTo(durable.number());
    return durable.number();
  }

  private OutboxEntry append(OutboxLog<OutboxEntry> outbox, LaneNumbering numbering) {
    Outcome.Refused refused = queue.store().reserve(message);
    if (refused != null) throw new IllegalStateException(refused.toString());
    OutboxEntry entry = new OutboxEntry(message, numbering, 0, null);
    outbox.append(entry);
    return entry;
  }
}
