package org.openagi.p2p.protocols.peers;

import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * An address of a peer. Immutable.
 *
 * @param address without {@code /p2p}
 * @param source the most trusted source that told it
 * @param expiresEpochMillis when it is forgotten, wall clock; {@link Long#MAX_VALUE} for never
 */
public record KnownAddress(Multiaddr address, AddressSource source, long expiresEpochMillis) {}
