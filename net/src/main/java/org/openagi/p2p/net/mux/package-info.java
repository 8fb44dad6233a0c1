/**
 * Stream multiplexing over one secured connection: many independent byte streams, each with its own
 * flow control, on one Netty channel.
 *
 * <p>Entry types: {@link org.openagi.p2p.net.mux.StreamMuxer} (a connection's muxer), {@link
 * org.openagi.p2p.net.mux.MuxedStream} (one stream) and {@link
 * org.openagi.p2p.net.mux.StreamListener} (what a stream reports). The implementation is {@code
 * YamuxHandler}, the last handler of a connection's pipeline; the protocol's rules live in {@code
 * org.openagi.p2p.wire.yamux}.
 *
 * <p>Everything here is confined to the connection's event loop: no method may be called from
 * another thread, and every callback arrives on that thread. Specification: {@code /yamux/1.0.0} of
 * the libp2p specifications. Deliberately absent: a Netty child channel per stream (memory and
 * speed), mplex.
 */
@NullMarked
package org.openagi.p2p.net.mux;

import org.jspecify.annotations.NullMarked;
