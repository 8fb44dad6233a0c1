package org.openagi.p2p.net;

import org.openagi.p2p.net.mux.MuxedStream;

/**
 * A negotiated stream for code that lives on the event loop.
 *
 * @param connection the connection that carries it; {@link Connection#executor()} is the stream's thread
 * @param stream the stream, past negotiation; confined to that executor. Its listener must be set on the
 *     executor before the task that received this value returns; bytes that followed the negotiation
 *     are handed to the listener when it is set
 * @param protocol the protocol id agreed on
 */
public record RawStream(Connection connection, MuxedStream stream, String protocol) {}
