package org.openagi.p2p.net.stream;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.MuxedStreamException;
import org.openagi.p2p.net.mux.MuxedStreamException.Reason;
import org.openagi.p2p.net.mux.StreamListener;

/**
 * A stream to a peer for applications: blocking, with back pressure in both directions, made to be
 * used from virtual threads.
 *
 * <p>Reading gives the peer credit for more only as bytes are taken, so a peer cannot send more than
 * a receive window (256 KiB at first, up to 16 MiB for a fast reader) to an application that does
 * not read. Writing blocks while the peer or the network does not take more. Bytes written are on
 * their way when the call returns; there is nothing to flush.
 *
 * <p>Both directions end separately: {@link #closeWrite} or closing {@link #output()} ends ours, the
 * input is at its end when the peer has ended its own. {@link #close} ends both in order, {@link
 * #reset} aborts. When the stream fails, both blocking calls and later ones throw {@link
 * StreamResetException}; only what a peer had sent completely, up to its end, can still be read.
 *
 * <p>Safe for any thread, except that reading and writing on an event loop is refused with {@link
 * IllegalStateException}. One thread may read while another writes; several readers, or several
 * writers, take turns, and a write of more than 32 KiB may be interleaved with those of others.
 */
public final class P2PStream implements AutoCloseable {
  /** Time after {@link #close} in which the peer must end its direction before it is reset. */
  static final Duration LINGER = Duration.ofSeconds(30);

  private final MuxedStream muxed;
  private final EventExecutor executor;
  private final PeerId remotePeer;
  private final String protocol;
  private final long connectionId;
  private final StreamInput input;
  private final StreamOutput output;
  private volatile long readTimeoutNanos;
  private volatile long writeTimeoutNanos;
  private volatile boolean open = true;

  /** Event loop only. */
  private @Nullable Future<?> linger;

  private P2PStream(MuxedStream muxed, PeerId remotePeer, String protocol, long connectionId) {
    this.muxed = muxed;
    this.executor = muxed.muxer().executor();
    this.remotePeer = remotePeer;
    this.protocol = protocol;
    this.connectionId = connectionId;
    this.input = new StreamInput(this, muxed);
    this.output = new StreamOutput(this, muxed);
  }

  /**
   * Makes the blocking view of a stream whose protocol is agreed, by becoming its listener. Must be
   * called on the stream's event loop.
   *
   * @param protocol the protocol id agreed for the stream
   * @param connectionId id of the connection, as in logs and events
   */
  public static P2PStream attach(
      MuxedStream muxed, PeerId remotePeer, String protocol, long connectionId) {
    P2PStream stream = new P2PStream(muxed, remotePeer, protocol, connectionId);
    muxed.setListener(stream.new Events());
    return stream;
  }

  /**
   * What the peer sends. Reading blocks until at least one byte has arrived, and returns -1 after
   * the peer ended its direction.
   */
  public InputStream input() {
    return input;
  }

  /** What the peer gets. Closing it ends this direction and leaves reading possible. */
  public OutputStream output() {
    return output;
  }

  /** Ends our direction after what was written; the peer reads to its end. Does not wait. */
  public void closeWrite() {
    output.close();
  }

  /**
   * Aborts both directions: the peer gets an error, unsent and unread bytes are dropped. Does not
   * wait. Repeatable.
   */
  public void reset() {
    post(muxed::reset);
  }

  /**
   * Ends both directions in order: what was written is still sent, what is unread or arrives later
   * is dropped. A peer that does not end its own direction within 30 s is reset. Does not wait.
   * Repeatable.
   */
  @Override
  public void close() {
    input.close();
    output.close();
    post(this::startLinger);
  }

  /** Who is on the other side, proven by the connection's handshake. */
  public PeerId remotePeer() {
    return remotePeer;
  }

  /** The protocol id agreed for this stream. */
  public String protocol() {
    return protocol;
  }

  /** The id of the connection that carries this stream. */
  public long connectionId() {
    return connectionId;
  }

  /** The stream's id within its connection. */
  public long id() {
    return muxed.id();
  }

  /** Whether at least one direction is unfinished and none has failed. */
  public boolean isOpen() {
    return open;
  }

  /**
   * Limits how long one read may wait for its first byte.
   *
   * @param limit positive, or zero for no limit, which is the default; a read that takes longer
   *     throws {@link StreamTimeoutException}
   */
  public void setReadTimeout(Duration limit) {
    readTimeoutNanos = nanos(limit);
  }

  /**
   * Limits how long one write may wait, in sum, for the peer to take data.
   *
   * @param limit positive, or zero for no limit, which is the default; a write that takes longer
   *     throws {@link StreamTimeoutException}, which tells how much was written
   */
  public void setWriteTimeout(Duration limit) {
    writeTimeoutNanos = nanos(limit);
  }

  @Override
  public String toString() {
    return "stream " + muxed.id() + " of connection " + connectionId + " (" + protocol + " with "
        + remotePeer.shortString() + ")";
  }

  // ---- for the halves ------------------------------------------------------------------------

  long readTimeoutNanos() {
    return readTimeoutNanos;
  }

  long writeTimeoutNanos() {
    return writeTimeoutNanos;
  }

  void checkMayBlock() {
    if (executor.inEventLoop()) {
      throw new IllegalStateException("blocking call on the event loop of " + this);
    }
  }

  /** Runs a task on the event loop. After its shutdown the stream has been closed anyway. */
  void post(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      if (open) fail(e);
    }
  }

  /** The failure with the stack of the caller who learns of it. */
  StreamResetException resetNow(StreamResetException failure) {
    return new StreamResetException(String.valueOf(failure.getMessage()), failure.getCause());
  }

  /**
   * Waits on a condition whose lock is held.
   *
   * @return the time left, meaningful if {@code limited}
   * @throws InterruptedIOException if interrupted; the thread's interrupt flag is set again
   */
  @SuppressWarnings("WaitNotInLoop") // the callers loop
  static long await(Condition condition, boolean limited, long leftNanos)
      throws InterruptedIOException {
    try {
      if (limited) return condition.awaitNanos(leftNanos);
      condition.await();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a stream");
    }
  }

  private static long nanos(Duration limit) {
    if (limit.isNegative()) throw new IllegalArgumentException("time limit " + limit);
    return limit.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0 ? 0 : limit.toNanos();
  }

  private void startLinger() {
    if (linger != null || !muxed.isOpen()) return;
    linger = executor.schedule(muxed::reset, LINGER.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void fail(Throwable cause) {
    open = false;
    StreamResetException failure =
        new StreamResetException(this + " ended: " + cause.getMessage(), cause);
    boolean ours =
        cause instanceof MuxedStreamException end && end.reason() == Reason.RESET_LOCALLY;
    // The output first: who is woken by the input's end finds it failed already.
    output.onClosed(failure);
    input.onClosed(failure, ours);
  }

  /** What the multiplexer reports, kept out of the public face. */
  private final class Events implements StreamListener {
    @Override
    public void onData(ByteBuf data) {
      input.onData(data);
    }

    @Override
    public void onReadComplete() {
      input.onReadComplete();
    }

    @Override
    public void onWritable() {
      output.onWritable();
    }

    @Override
    public void onRemoteClosed() {
      input.onRemoteClosed();
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
      if (linger != null) linger.cancel(false);
      if (cause != null) {
        fail(cause);
        return;
      }
      open = false;
      output.onClosed(null);
      input.onClosed(null, false);
    }
  }
}
