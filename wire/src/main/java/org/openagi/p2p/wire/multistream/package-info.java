/**
 * multistream-select 1.0: how two sides of a byte stream agree on the protocol they will speak.
 *
 * <p>Entry types are {@link org.openagi.p2p.wire.multistream.MultistreamInitiator} and {@link
 * org.openagi.p2p.wire.multistream.MultistreamResponder}. Both are state machines without I/O: bytes
 * go in and come out as {@link io.netty.buffer.ByteBuf}s, deadlines belong to the caller. Each
 * instance is confined to one thread and serves one negotiation.
 *
 * <p>Deliberately absent: sending {@code ls} (the specification forbids to depend on it) and the
 * simultaneous-open extension.
 *
 * @see "libp2p specs: connections/README.md, multistream-select; multiformats/multistream-select"
 */
@NullMarked
package org.openagi.p2p.wire.multistream;

import org.jspecify.annotations.NullMarked;
