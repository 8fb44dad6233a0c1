package org.openagi.p2p.net.mux;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Receives the events of one {@link MuxedStream}, on its event loop.
 *
 * <p>Order: any number of {@link #onData}, {@link #onReadComplete} and {@link #onWritable}; {@link
 * #onRemoteClosed} at most once, after all data; {@link #onClosed} exactly once, last. An exception
 * thrown by a callback resets that stream only.
 */
public interface StreamListener {
  /**
   * Bytes arrived. The listener calls {@link MuxedStream#consumed} when the application is done with
   * them, now or later.
   *
   * @param data readable bytes, at least one; ownership moves to the listener. May be a slice of a
   *     larger receive buffer: copy what is kept for long.
   */
  void onData(ByteBuf data);

  /** All data of this batch of reads has been given: the place to answer and flush. */
  void onReadComplete();

  /** The stream was not writable and is again. */
  void onWritable();

  /** The peer will send no more bytes (half-close). Writing remains possible. */
  void onRemoteClosed();

  /**
   * The stream is over. Nothing is called afterwards.
   *
   * @param cause null if both sides finished in order; otherwise why it failed: a reset by the peer,
   *     by this side, the end of the connection, or an exceeded limit
   */
  void onClosed(@Nullable Throwable cause);
}
