/**
 * The Yamux stream multiplexer without I/O: frame header, session and stream states, flow control,
 * keep-alive and every bound on what a peer may do.
 *
 * <p>Entry type: {@link org.openagi.p2p.wire.yamux.YamuxSession}, fed with received bytes and the
 * time, reporting through {@link org.openagi.p2p.wire.yamux.YamuxListener}. Confined to one thread,
 * the connection's event loop. Specification: {@code /yamux/1.0.0} of the libp2p specifications
 * (yamux/README.md, r0), which repeats hashicorp/yamux spec.md. Deliberately absent: queues of
 * outgoing payload and their scheduling, which belong to who owns the channel.
 */
@NullMarked
package org.openagi.p2p.wire.yamux;

import org.jspecify.annotations.NullMarked;
