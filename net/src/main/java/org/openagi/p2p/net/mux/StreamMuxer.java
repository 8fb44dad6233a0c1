package org.openagi.p2p.net.mux;

import io.netty.util.concurrent.EventExecutor;

/**
 * The multiplexer of one connection: opens streams to the peer and accepts the peer's.
 *
 * <p>Confined to {@link #executor()}, the event loop of the connection, unless a method says
 * otherwise.
 */
public interface StreamMuxer {
  /** Go-away code: the session ends normally. */
  int NORMAL_TERMINATION = 0;

  /** Go-away code: the peer broke the multiplexer's protocol. */
  int PROTOCOL_ERROR = 1;

  /** Go-away code: this side failed for a reason of its own. */
  int INTERNAL_ERROR = 2;

  /**
   * Opens a stream to the peer. It may be written to at once; nothing waits for the peer's consent,
   * and a refusal arrives as {@link StreamListener#onClosed} with a cause. The opening frame leaves
   * with the first write or flush, so opening, proposing a protocol and the first request share one
   * packet.
   *
   * @return a new stream without a listener; set one before returning to the event loop
   * @throws StreamLimitException if the muxer is closed, the peer said it is going away, or too many
   *     streams are open or unacknowledged
   */
  MuxedStream openStream() throws StreamLimitException;

  /**
   * Ends the session: tells the peer with a go-away frame, closes every stream with a cause and then
   * the connection. Does nothing if already closed.
   *
   * @param code {@link #NORMAL_TERMINATION}, {@link #PROTOCOL_ERROR}, {@link #INTERNAL_ERROR} or a
   *     code of the application, which the peer finds in a {@link GoAwayException}
   */
  void close(int code);

  /** Streams that are not finished yet, opened by either side. */
  int openStreams();

  /** Least round trip time of the last measurements in nanoseconds, or -1 if there is none yet. */
  default long rttNanos() {
    return -1;
  }

  /** Whether the session has ended: no stream can be opened any more and every stream is closed. */
  boolean isClosed();

  /** The event loop all of this muxer is confined to. Safe for any thread. */
  EventExecutor executor();
}
