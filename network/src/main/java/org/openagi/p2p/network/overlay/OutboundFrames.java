package org.openagi.p2p.network.overlay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.RawStream;
import org.openagi.p2p.net.RawStreamOpening;
import org.openagi.p2p.net.StreamException;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.StreamListener;

/**
 * One of the streams by which this node speaks to a neighbour. {@link #offer} is for the overlay's thread, the rest happens on
 * the connection's event loop. Frames wait in a queue that is bounded in bytes, and cross over in batches.
 */
final class OutboundFrames implements RawStreamOpening, StreamListener {
  /** Hears how it goes, on the event loop. */
  interface Listener {
    /** The stream is open, the greeting written. */
    void onOpened();

    /** It could not be opened or has ended. */
    void onEnded(String why);
  }

  private final EventExecutor loop;
  private final Channel channel;
  private final Listener listener;
  private final Queue<byte[]> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingBytes = new AtomicInteger();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  // The event loop's.
  private @Nullable MuxedStream stream;
  private boolean ending;
  private boolean ended;

  private OutboundFrames(Connection connection, Channel channel, Listener listener) {
    this.loop = connection.executor();
    this.channel = channel;
    this.listener = listener;
  }

  /** Opens a stream; frames may be offered at once. */
  static OutboundFrames open(Host host, Connection connection, Channel channel, Listener listener) {
    OutboundFrames made = new OutboundFrames(connection, channel, listener);
    host.openRawStream(connection, List.of(OverlayService.PROTOCOL), made);
    return made;
  }

  /**
   * Queues a frame.
   *
   * @return false if too much waits
   */
  boolean offer(byte[] frame) {
    int limit = channel.maxWaitingBytes();
    if (waitingBytes.get() > 0 && waitingBytes.get() + frame.length > limit) return false;
    waitingBytes.addAndGet(frame.length);
    waiting.add(frame);
    schedule();
    return true;
  }

  /** Bytes in the queue. */
  int waitingBytes() {
    return waitingBytes.get();
  }

  /** How full the queue is, 0 to 1000. */
  int loadPermille() {
    return (int) Math.min(1000, waitingBytes.get() * 1000L / channel.maxWaitingBytes());
  }

  private void schedule() {
    if (scheduled.get() || !scheduled.compareAndSet(false, true)) return;
    try {
      loop.execute(this::drain);
    } catch (RejectedExecutionException loopEnded) {
      waiting.clear(); // and the connection with it, of which the owner hears
    }
  }

  /** Closes once what waits is written; nothing may be offered any more. */
  void close() {
    try {
      loop.execute(() -> {
        ending = true;
        drain();
      });
    } catch (RejectedExecutionException loopEnded) {
      waiting.clear();
    }
  }

  // ---- the event loop ------------------------------------------------------------------------

  @Override
  public void onOpened(RawStream opened) {
    if (ended) {
      opened.stream().reset();
      return;
    }
    MuxedStream made = opened.stream();
    stream = made;
    made.setListener(this);
    made.write(Unpooled.wrappedBuffer(greeting(channel)));
    drain();
    made.flush();
    listener.onOpened();
  }

  /** HELLO: version, channel. */
  static byte[] greeting(Channel channel) {
    return new WireWriter(2)
        .u8(OverlayService.VERSION)
        .u8(channel.number())
        .toFrame(OverlayService.HELLO);
  }

  @Override
  public void onFailed(StreamException cause) {
    ended = true;
    listener.onEnded(String.valueOf(cause.getMessage()));
  }

  private void drain() {
    scheduled.set(false);
    MuxedStream to = stream;
    if (to == null || ended) return;
    boolean wrote = false;
    while (to.isWritable()) {
      byte[] frame = waiting.poll();
      if (frame == null) break;
      waitingBytes.addAndGet(-frame.length);
      to.write(Unpooled.wrappedBuffer(frame));
      wrote = true;
    }
    if (ending && waiting.isEmpty()) {
      ended = true;
      to.closeWrite();
      wrote = true;
    }
    if (wrote) to.flush();
  }

  @Override
  public void onWritable() {
    drain();
  }

  @Override
  public void onData(ByteBuf data) {
    // The other direction of the stream carries nothing: whoever writes there breaks the protocol.
    data.release();
    MuxedStream from = stream;
    if (from != null) from.reset();
  }

  @Override
  public void onReadComplete() {}

  @Override
  public void onRemoteClosed() {}

  @Override
  public void onClosed(@Nullable Throwable cause) {
    if (ended) return;
    ended = true;
    waiting.clear();
    listener.onEnded(cause == null ? "closed by the peer" : String.valueOf(cause.getMessage()));
  }
}
