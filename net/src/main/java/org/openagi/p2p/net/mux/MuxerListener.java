package org.openagi.p2p.net.mux;

import org.jspecify.annotations.Nullable;

/** What a {@link StreamMuxer} reports to the owner of the connection, on its event loop. */
public interface MuxerListener {
  /**
   * The peer opened a stream. The stream's listener must be set, or the stream reset, before this
   * returns; otherwise its data waits, bounded by the receive window.
   */
  void onInboundStream(MuxedStream stream);

  /**
   * The session has ended and every stream has been told. Called exactly once, last.
   *
   * @param cause why, or null if this side closed it or the peer ended it normally; a {@link
   *     GoAwayException} if the peer's go-away frame had another code
   */
  void onMuxerClosed(@Nullable Throwable cause);
}
