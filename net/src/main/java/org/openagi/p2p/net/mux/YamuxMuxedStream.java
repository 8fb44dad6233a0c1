package org.openagi.p2p.net.mux;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.net.mux.MuxedStreamException.Reason;
import org.openagi.p2p.wire.yamux.YamuxStream;

/**
 * A stream of a {@link YamuxHandler}: its queue of bytes to send and its listener; windows and
 * states are those of {@link YamuxStream}.
 *
 * <p>Owns the queued buffers of both directions and releases them when the stream ends. Confined to
 * the event loop.
 */
final class YamuxMuxedStream implements MuxedStream {
  /** From this many queued bytes on the stream is not writable. */
  static final int HIGH_WATER_BYTES = 256 * 1024;

  /** At or below this many queued bytes it is writable again. */
  static final int LOW_WATER_BYTES = 128 * 1024;

  private final YamuxHandler muxer;
  private final YamuxStream wire;
  private @Nullable StreamListener listener;

  // Outbound.
  private @Nullable ArrayDeque<ByteBuf> queue;
  private int pendingBytes;
  private boolean unwritable;
  private boolean closeRequested;
  private boolean ready;

  // Inbound, for the time without a listener.
  private @Nullable ArrayDeque<ByteBuf> early;
  private boolean remoteFinished;
  private boolean finTold;

  private boolean ended;
  private boolean endTold;
  private @Nullable Throwable endCause;

  /** Link in a list of the scheduler. */
  @Nullable
  YamuxMuxedStream nextReady;

  /** Link in the handler's list of streams that got data in this batch. */
  @Nullable
  YamuxMuxedStream nextTouched;

  boolean touched;

  YamuxMuxedStream(YamuxHandler muxer, YamuxStream wire) {
    this.muxer = muxer;
    this.wire = wire;
    wire.attach(this);
  }

  // ---- MuxedStream ---------------------------------------------------------------------------

  @Override
  public long id() {
    return wire.id();
  }

  @Override
  public boolean isLocallyInitiated() {
    return wire.isLocal();
  }

  @Override
  public StreamMuxer muxer() {
    return muxer;
  }

  @Override
  public void setListener(StreamListener newListener) {
    muxer.assertInEventLoop();
    listener = newListener;
    finTold = false;
    endTold = false;
    boolean delivered = false;
    while (listener == newListener && early != null && !early.isEmpty()) {
      delivered = true;
      give(newListener, early.poll());
    }
    if (listener != newListener) return;
    early = null;
    if (delivered && !touched) readComplete();
    if (remoteFinished) tellRemoteFin();
    if (listener == newListener && ended) tellEnd();
  }

  @Override
  public void unread(ByteBuf data) {
    muxer.assertInEventLoop();
    listener = null;
    if (endCause != null || !data.isReadable()) {
      data.release();
      return;
    }
    if (early == null) early = new ArrayDeque<>(2);
    early.addFirst(data);
  }

  @Override
  public boolean write(ByteBuf data) {
    muxer.assertInEventLoop();
    int bytes = data.readableBytes();
    if (ended || closeRequested || bytes == 0) {
      data.release();
      return isWritable();
    }
    if (pendingBytes == 0 && muxer.canSendNow(bytes) && wire.sendWindow() >= bytes) {
      muxer.writer().beginData(wire.takeFlags(), (int) wire.id(), wire.reserve(bytes));
      muxer.writer().payload(data);
      muxer.onDirectWrite();
      return isWritable();
    }
    return enqueue(data, bytes);
  }

  private boolean enqueue(ByteBuf data, int bytes) {
    if (bytes > muxer.config().maxStreamPendingBytes() - pendingBytes
        || bytes > muxer.config().maxConnectionPendingBytes() - muxer.pendingBytes()) {
      data.release();
      overflow(bytes);
      return false;
    }
    if (queue == null) queue = new ArrayDeque<>(4);
    queue.add(data);
    pendingBytes += bytes;
    muxer.addPending(bytes);
    makeReady();
    if (!unwritable && pendingBytes >= HIGH_WATER_BYTES) {
      unwritable = true;
      // Whoever stops writing now may have forgotten to flush.
      muxer.flushStreams();
    }
    return isWritable();
  }

  private void overflow(int bytes) {
    long waiting = muxer.pendingBytes();
    StreamLimitException cause = new StreamLimitException(
        "write of " + bytes + " bytes to stream " + id() + ", where " + pendingBytes
            + " wait to be sent, limit " + muxer.config().maxStreamPendingBytes() + "; " + waiting
            + " wait on the connection, limit " + muxer.config().maxConnectionPendingBytes());
    wire.reset();
    end(cause);
    muxer.flushStreams();
  }

  @Override
  public void flush() {
    muxer.assertInEventLoop();
    if (pendingBytes == 0) wire.announce();
    muxer.flushStreams();
  }

  @Override
  public boolean isWritable() {
    return !unwritable && !closeRequested && !ended;
  }

  @Override
  public int pendingBytes() {
    return pendingBytes;
  }

  @Override
  public void consumed(int bytes) {
    muxer.assertInEventLoop();
    wire.consumed(bytes, muxer.nowNanos());
    muxer.flushControl();
  }

  @Override
  public void closeWrite() {
    muxer.assertInEventLoop();
    if (ended || closeRequested) return;
    closeRequested = true;
    if (pendingBytes == 0) wire.finish();
    muxer.flushStreams();
  }

  @Override
  public void reset() {
    muxer.assertInEventLoop();
    resetBecause(new MuxedStreamException(
        Reason.RESET_LOCALLY, "stream " + id() + " was reset by this side"));
  }

  void resetBecause(Throwable cause) {
    if (ended) return;
    wire.reset();
    end(cause);
    muxer.flushStreams();
  }

  @Override
  public boolean isOpen() {
    return !ended;
  }

  @Override
  public String toString() {
    return wire.toString();
  }

  // ---- for the handler -----------------------------------------------------------------------

  /** Takes ownership of {@code data}. */
  void deliver(ByteBuf data) {
    muxer.touch(this);
    StreamListener receiver = listener;
    if (receiver == null || hasEarlyData()) {
      if (early == null) early = new ArrayDeque<>(4);
      early.add(data);
    } else {
      give(receiver, data);
    }
  }

  private boolean hasEarlyData() {
    return early != null && !early.isEmpty();
  }

  private void give(StreamListener receiver, ByteBuf data) {
    try {
      receiver.onData(data);
    } catch (RuntimeException e) {
      listenerFailed(e);
    }
  }

  void remoteFin() {
    remoteFinished = true;
    tellRemoteFin();
  }

  private void tellRemoteFin() {
    StreamListener receiver = listener;
    if (receiver == null || finTold || endTold || hasEarlyData()) return;
    finTold = true;
    try {
      receiver.onRemoteClosed();
    } catch (RuntimeException e) {
      listenerFailed(e);
    }
  }

  void readComplete() {
    StreamListener receiver = listener;
    if (receiver == null || endTold) return;
    try {
      receiver.onReadComplete();
    } catch (RuntimeException e) {
      listenerFailed(e);
    }
  }

  /** Sends ACK alone if no frame carried it during the batch. */
  void acknowledge() {
    if (!wire.isLocal()) wire.announce();
  }

  /** The peer gave credit. */
  void onCredit() {
    if (pendingBytes > 0) makeReady();
  }

  private void makeReady() {
    if (ready || wire.sendWindow() == 0) return;
    ready = true;
    muxer.scheduler().addFresh(this);
  }

  /**
   * Takes one turn: sends up to {@code quantum} bytes as one frame, then queues up again if there is
   * more to send and credit for it.
   *
   * @return bytes sent
   */
  int sendTurn(int quantum) {
    ready = false;
    if (ended || queue == null || pendingBytes == 0) return 0;
    int bytes = wire.reserve(Math.min(quantum, pendingBytes));
    if (bytes == 0) return 0;
    muxer.writer().beginData(wire.takeFlags(), (int) wire.id(), bytes);
    for (int left = bytes; left > 0; ) left -= sendPiece(queue, left);
    pendingBytes -= bytes;
    muxer.addPending(-bytes);
    if (pendingBytes > 0 && wire.sendWindow() > 0) {
      ready = true;
      muxer.scheduler().addToRing(this);
    } else if (pendingBytes == 0 && closeRequested) {
      wire.finish();
    }
    if (unwritable && pendingBytes <= LOW_WATER_BYTES) becameWritable();
    return bytes;
  }

  private int sendPiece(ArrayDeque<ByteBuf> buffers, int limit) {
    ByteBuf head = buffers.element();
    int bytes = Math.min(limit, head.readableBytes());
    if (bytes == head.readableBytes()) {
      buffers.remove();
      muxer.writer().payload(head);
    } else {
      muxer.writer().payload(head.readRetainedSlice(bytes));
    }
    return bytes;
  }

  private void becameWritable() {
    unwritable = false;
    StreamListener receiver = listener;
    if (receiver == null || ended || closeRequested) return;
    try {
      receiver.onWritable();
    } catch (RuntimeException e) {
      listenerFailed(e);
    }
  }

  /** The stream is over for the session, too. Frees the queues and tells the listener once. */
  void end(@Nullable Throwable cause) {
    if (ended) return;
    ended = true;
    endCause = cause;
    if (queue != null) {
      queue.forEach(ByteBuf::release);
      queue = null;
    }
    muxer.addPending(-pendingBytes);
    pendingBytes = 0;
    if (cause != null && early != null) {
      early.forEach(ByteBuf::release);
      early = null;
    }
    if (!hasEarlyData()) tellEnd();
    muxer.onStreamEnded();
  }

  private void tellEnd() {
    StreamListener receiver = listener;
    if (endTold || receiver == null) return;
    endTold = true;
    try {
      receiver.onClosed(endCause);
    } catch (RuntimeException e) {
      muxer.logListenerFailure(this, e);
    }
  }

  private void listenerFailed(RuntimeException e) {
    muxer.logListenerFailure(this, e);
    resetBecause(new MuxedStreamException(
        Reason.LISTENER_FAILED, "the listener of stream " + id() + " threw " + e, e));
  }
}
