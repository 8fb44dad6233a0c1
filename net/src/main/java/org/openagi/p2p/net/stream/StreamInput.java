package org.openagi.p2p.net.stream;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.net.mux.MuxedStream;

/**
 * The receiving half of a {@link P2PStream}: a queue filled by the event loop, at most a receive
 * window long, and emptied by one reader at a time, who gives credit back as it takes bytes.
 *
 * <p>{@code on…} methods are called on the event loop, the others on any other thread.
 */
final class StreamInput extends InputStream {
  /** Bytes taken by the reader before the multiplexer is told; far below half a window. */
  static final int REPORT_BYTES = 32 * 1024;

  /**
   * Arriving pieces below this size are copied together, because a slice keeps the whole buffer it
   * was received in alive.
   */
  static final int KEEP_SLICE_BYTES = 8 * 1024;

  /** Smallest buffer in which small pieces are collected. */
  private static final int COLLECT_BYTES = 2 * 1024;

  /** A waiting reader is woken in the middle of a batch when so much has arrived. */
  private static final int WAKE_BYTES = 64 * 1024;

  private final MuxedStream muxed;
  private final P2PStream owner;
  private final ReentrantLock readers = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Runnable reportTask = this::report;

  // Guarded by lock.
  private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>(2);
  private int available;
  private int unreported;
  private boolean reportPosted;
  private boolean waiting;
  private boolean hasWaited;
  private boolean finished;
  private boolean closed;
  private @Nullable StreamResetException failure;

  /** The reader copies out of the first buffer, without the lock. */
  private boolean copying;

  StreamInput(P2PStream owner, MuxedStream muxed) {
    this.owner = owner;
    this.muxed = muxed;
  }

  // ---- event loop ----------------------------------------------------------------------------

  /** Takes ownership. */
  void onData(ByteBuf data) {
    lock.lock();
    try {
      if (closed || failure != null) {
        data.release();
        return;
      }
      available += data.readableBytes();
      if (data.readableBytes() < KEEP_SLICE_BYTES) collect(data);
      else queue.add(data);
      if (waiting && available >= WAKE_BYTES) arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  private void collect(ByteBuf data) {
    try {
      ByteBuf last = queue.peekLast();
      boolean mine = copying && queue.size() == 1;
      if (last == null || mine || last.maxFastWritableBytes() < data.readableBytes()) {
        int capacity = Math.max(COLLECT_BYTES, data.readableBytes());
        last = data.alloc().buffer(capacity, capacity);
        queue.add(last);
      }
      last.writeBytes(data);
    } finally {
      data.release();
    }
  }

  void onReadComplete() {
    lock.lock();
    try {
      if (waiting && available > 0) arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  void onRemoteClosed() {
    lock.lock();
    try {
      finished = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The stream is over. What the peer sent before it ended its direction stays readable, unless this
   * side threw the stream away.
   *
   * @param discarding whether this side reset the stream
   */
  void onClosed(@Nullable StreamResetException why, boolean discarding) {
    lock.lock();
    try {
      if (why != null && (discarding || !finished)) {
        failure = why;
        discard();
      }
      finished = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void report() {
    int bytes;
    lock.lock();
    try {
      bytes = unreported;
      unreported = 0;
      reportPosted = false;
    } finally {
      lock.unlock();
    }
    muxed.consumed(bytes);
  }

  // ---- readers -------------------------------------------------------------------------------

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    owner.checkMayBlock();
    if (length == 0) return 0;
    readers.lock();
    try {
      ByteBuf head = awaitData();
      if (head == null) return -1;
      int bytes = Math.min(length, head.readableBytes());
      try {
        head.readBytes(target, offset, bytes);
      } finally {
        onCopied(bytes);
      }
      return bytes;
    } finally {
      readers.unlock();
    }
  }

  /** The first buffer, marked as being copied from; null at the end of the stream. */
  private @Nullable ByteBuf awaitData() throws IOException {
    long limitNanos = owner.readTimeoutNanos();
    long leftNanos = limitNanos;
    lock.lock();
    try {
      while (true) {
        if (closed) throw new IOException("the input of " + owner + " is closed");
        if (failure != null) throw owner.resetNow(failure);
        ByteBuf head = queue.peek();
        if (head != null) {
          copying = true;
          return head;
        }
        if (finished) return null;
        if (limitNanos > 0 && leftNanos <= 0) {
          throw new StreamTimeoutException(
              "no data on " + owner + " for " + limitNanos / 1_000_000 + " ms", 0);
        }
        if (!hasWaited) sendProposal();
        waiting = true;
        leftNanos = P2PStream.await(arrived, limitNanos > 0, leftNanos);
      }
    } finally {
      waiting = false;
      lock.unlock();
    }
  }

  /** Who reads first waits for a peer that may not know of the stream yet: its proposal leaves with the first write. */
  private void sendProposal() {
    hasWaited = true;
    owner.post(muxed::flush);
  }

  private void onCopied(int bytes) {
    boolean post = false;
    lock.lock();
    try {
      copying = false;
      if (closed || failure != null) {
        discard();
        return;
      }
      available -= bytes;
      ByteBuf head = queue.element();
      if (!head.isReadable()) queue.remove().release();
      unreported += bytes;
      if (unreported >= REPORT_BYTES && !reportPosted) {
        reportPosted = true;
        post = true;
      }
    } finally {
      lock.unlock();
    }
    if (post) owner.post(reportTask);
  }

  @Override
  public int available() throws IOException {
    lock.lock();
    try {
      if (closed) throw new IOException("the input of " + owner + " is closed");
      return available;
    } finally {
      lock.unlock();
    }
  }

  /** Drops what has not been read; what still arrives is dropped without giving credit for it. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      discard();
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Frees the queue, or leaves that to the reader who is copying from it. */
  private void discard() {
    if (copying) return;
    queue.forEach(ByteBuf::release);
    queue.clear();
    available = 0;
  }
}
