package org.openagi.p2p.benchmarks.limit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file to which records are appended: while one batch is written and synced, the next one gathers. {@link #run}
 * is one thread's; the rest is safe for any thread.
 */
final class GroupCommitLog implements Runnable {
  /** For records whose durability nobody waits for by itself. */
  static final Runnable NOBODY = () -> {};

  private static final int HEADER_BYTES = 8;
  private static final int BATCH_MAX_BYTES = 4 << 20;

  private static final class Batch {
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BATCH_MAX_BYTES);
    private final List<Runnable> waiting = new ArrayList<>();
    private int records;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final FileChannel file;
  private Batch gathering = new Batch();
  private Batch spare = new Batch();
  private volatile long durable;

  GroupCommitLog(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.WRITE);
  }

  /** Records that an fsync has covered. */
  long durable() {
    return durable;
  }

  /** Appends a record; waits while the batch has no room. */
  void append(byte[] block, int offset, int length, Runnable onDurable) {
    lock.lock();
    try {
      while (gathering.bytes.remaining() < HEADER_BYTES + length) changed.awaitUninterruptibly();
      gathering.bytes.putInt(length).putInt(gathering.records).put(block, offset, length);
      gathering.records++;
      if (onDurable != NOBODY) gathering.waiting.add(onDurable);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  public void run() {
    try {
      while (true) {
        Batch batch = nextBatch();
        batch.bytes.flip();
        while (batch.bytes.hasRemaining()) file.write(batch.bytes);
        file.force(false);
        durable += batch.records;
        batch.waiting.forEach(Runnable::run);
        batch.waiting.clear();
        batch.bytes.clear();
        batch.records = 0;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Batch nextBatch() {
    lock.lock();
    try {
      while (gathering.records == 0) changed.awaitUninterruptibly();
      Batch batch = gathering;
      gathering = spare;
      spare = batch;
      changed.signalAll();
      return batch;
    } finally {
      lock.unlock();
    }
  }
}
