package org.openagi.p2p.net;

import org.openagi.p2p.net.mux.MuxedStream;

/** Receives inbound streams of one protocol on the connection's event loop. Must never block. */
@FunctionalInterface
public interface RawStreamHandler {
  /**
   * A remote peer opened a stream and the protocol was agreed on.
   *
   * <p>Called on {@link Connection#executor()}. Must set a listener on the stream before returning;
   * a handler that throws or sets none has its stream reset.
   */
  void onStream(Connection connection, MuxedStream stream);
}
