package org.openagi.p2p.net.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.net.mux.MuxedStream;

/**
 * The sending half of a {@link P2PStream}: a short outbox filled by writers and emptied by the event
 * loop while the multiplexed stream is writable. Writes that follow each other faster than the event
 * loop turns share a buffer and a frame.
 *
 * <p>{@code on…} methods are called on the event loop, the others on any other thread.
 */
final class StreamOutput extends OutputStream {
  /** Writers wait while the outbox holds this much or more. */
  static final int OUTBOX_BYTES = 64 * 1024;

  /** Largest piece that is copied and handed over at once. */
  static final int PIECE_BYTES = 32 * 1024;

  /** Writes below this size are collected in a buffer of this size. */
  private static final int COLLECT_BYTES = 1024;

  private final MuxedStream muxed;
  private final P2PStream owner;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Runnable sendTask = this::onSend;

  // Guarded by lock.
  private ArrayDeque<ByteBuf> outbox = new ArrayDeque<>(2);
  private int outboxBytes;
  private int waiters;
  private boolean sendPosted;
  private boolean blocked;
  private boolean closed;
  private @Nullable StreamResetException failure;

  /** The other of two queues; event loop only. */
  private ArrayDeque<ByteBuf> sending = new ArrayDeque<>(2);

  StreamOutput(P2PStream owner, MuxedStream muxed) {
    this.owner = owner;
    this.muxed = muxed;
  }

  // ---- writers -------------------------------------------------------------------------------

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, source.length);
    owner.checkMayBlock();
    long limitNanos = owner.writeTimeoutNanos();
    long leftNanos = limitNanos;
    for (int done = 0; done < length; ) {
      int bytes = Math.min(PIECE_BYTES, length - done);
      leftNanos = writePiece(source, offset + done, bytes, limitNanos, leftNanos, done);
      done += bytes;
    }
  }

  private long writePiece(
      byte[] source, int offset, int bytes, long limitNanos, long leftNanos, int done)
      throws IOException {
    // Large pieces are copied before the lock is taken, small ones to where the last one ended.
    ByteBuf piece = bytes < COLLECT_BYTES ? null : copy(source, offset, bytes, bytes);
    boolean post;
    lock.lock();
    try {
      leftNanos = awaitRoom(limitNanos, leftNanos, done);
      ByteBuf last = outbox.peekLast();
      if (piece != null) {
        outbox.add(piece);
        piece = null;
      } else if (last != null && last.maxFastWritableBytes() >= bytes) {
        last.writeBytes(source, offset, bytes);
      } else {
        outbox.add(copy(source, offset, bytes, COLLECT_BYTES));
      }
      outboxBytes += bytes;
      post = !sendPosted && !blocked;
      if (post) sendPosted = true;
    } finally {
      lock.unlock();
      if (piece != null) piece.release();
    }
    if (post) owner.post(sendTask);
    return leftNanos;
  }

  private static ByteBuf copy(byte[] source, int offset, int bytes, int capacity) {
    return ByteBufAllocator.DEFAULT.buffer(capacity, capacity).writeBytes(source, offset, bytes);
  }

  private long awaitRoom(long limitNanos, long leftNanos, int done) throws IOException {
    while (true) {
      if (failure != null) throw owner.resetNow(failure);
      if (closed) throw new IOException("the output of " + owner + " is closed");
      if (outboxBytes < OUTBOX_BYTES) return leftNanos;
      if (limitNanos > 0 && leftNanos <= 0) {
        throw new StreamTimeoutException(
            "the peer took no data on " + owner + " for " + limitNanos / 1_000_000 + " ms, " + done
                + " bytes of this write were taken",
            done);
      }
      waiters++;
      try {
        leftNanos = P2PStream.await(room, limitNanos > 0, leftNanos);
      } finally {
        waiters--;
      }
    }
  }

  /** Does nothing: every write is on its way when it returns. */
  @Override
  public void flush() throws IOException {
    lock.lock();
    try {
      if (failure != null) throw owner.resetNow(failure);
    } finally {
      lock.unlock();
    }
  }

  /** Ends this direction after what was written. Does not wait. Repeatable. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed || failure != null) return;
      closed = true;
      room.signalAll();
    } finally {
      lock.unlock();
    }
    owner.post(sendTask);
  }

  // ---- event loop ----------------------------------------------------------------------------

  private void onSend() {
    boolean end;
    do {
      lock.lock();
      try {
        sendPosted = false;
        blocked = !muxed.isWritable() && muxed.isOpen();
        if (blocked) return;
        ArrayDeque<ByteBuf> full = outbox;
        outbox = sending;
        sending = full;
        outboxBytes = 0;
        if (waiters > 0) room.signalAll();
        // From here on whoever writes posts a new task.
        end = closed;
      } finally {
        lock.unlock();
      }
      if (sending.isEmpty()) break;
      for (ByteBuf piece; (piece = sending.poll()) != null; ) muxed.write(piece);
      muxed.flush();
    } while (end);
    if (end) muxed.closeWrite();
  }

  void onWritable() {
    onSend();
  }

  /** {@code why} is null if both directions ended in order. */
  void onClosed(@Nullable StreamResetException why) {
    lock.lock();
    try {
      if (why != null) failure = why;
      closed = true;
      outbox.forEach(ByteBuf::release);
      outbox.clear();
      outboxBytes = 0;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
