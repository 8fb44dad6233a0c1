package org.openagi.p2p.net.mux;

import io.netty.buffer.ByteBuf;

/**
 * One ordered, flow-controlled byte stream in a connection.
 *
 * <p>Confined to the event loop of {@link #muxer()}: every method must be called there, and every
 * callback of the {@link StreamListener} arrives there. For a blocking view usable from any virtual
 * thread see {@code org.openagi.p2p.net.stream.P2PStream}.
 */
public interface MuxedStream {
  /** The stream id on the wire, unsigned 32 bit, unique within the connection. */
  long id();

  /** Whether this side opened the stream. */
  boolean isLocallyInitiated();

  /** The multiplexer that carries this stream. */
  StreamMuxer muxer();

  /**
   * Sets or replaces the receiver of this stream's events. Data that arrived while there was none is
   * handed over before this returns; so are the peer's end-of-stream and the end of the stream if
   * they have happened, also when an earlier listener was told of them.
   */
  void setListener(StreamListener listener);

  /**
   * Gives back bytes got by {@link StreamListener#onData} that belong to the next listener, as a
   * negotiation does when it has read beyond its end. The stream has no listener then; the one set
   * next gets these bytes first. Bytes given back must not be reported to {@link #consumed}.
   *
   * @param data ownership moves to this stream
   */
  void unread(ByteBuf data);

  /**
   * Sends bytes, in order. What the peer's window or the channel don't take now is queued; the
   * caller should stop when this returns false and go on at {@link StreamListener#onWritable}. Call
   * {@link #flush} after the last write of a batch.
   *
   * <p>A write after {@link #closeWrite}, after a reset or on a closed stream sends nothing: the
   * buffer is released and false returned; for a stream that failed, the reason was or will be given
   * to {@link StreamListener#onClosed}. A writer that ignores the return value until the queue passes
   * its hard bound has its stream reset, with {@link StreamLimitException} as the cause.
   *
   * @param data ownership moves to this stream, which releases it on every path
   * @return {@link #isWritable()} after the write
   */
  boolean write(ByteBuf data);

  /**
   * Sends what was written so far. Inside callbacks of a read batch it costs nothing: one flush for
   * all streams of the connection follows at the end of the batch.
   */
  void flush();

  /**
   * Whether more should be written: the stream can still send and what is queued is below the high
   * watermark. Once false, becomes true when the queue has drained below the low one, which {@link
   * StreamListener#onWritable} reports.
   */
  boolean isWritable();

  /** Bytes accepted by {@link #write} that have not been handed to the channel yet. */
  int pendingBytes();

  /**
   * Tells that the application is done with bytes it got by {@link StreamListener#onData}; only this
   * reopens the receive window. A stream whose bytes are not consumed stops its sender.
   *
   * @param bytes number of bytes, at most what was delivered and not consumed yet
   * @throws IllegalArgumentException if more is consumed than was delivered
   */
  void consumed(int bytes);

  /** Ends this side's direction after everything written so far. Reading goes on. Repeatable. */
  void closeWrite();

  /**
   * Aborts both directions at once: queued bytes are dropped, the peer is told, {@link
   * StreamListener#onClosed} follows with a {@link MuxedStreamException}. Repeatable.
   */
  void reset();

  /** Whether the stream is not closed yet: at least one direction is unfinished and none failed. */
  boolean isOpen();
}
