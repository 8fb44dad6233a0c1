/**
 * Ways to move bytes. Entry: {@link org.openagi.p2p.net.transport.Transport}; TCP on Netty is the one there is. Safe for any thread. Specification: libp2p addressing/README.md. Deliberately absent: WebSocket, QUIC, relays and Tor, which are further implementations of the same port.
 */
@NullMarked
package org.openagi.p2p.net.transport;

import org.jspecify.annotations.NullMarked;
