/**
 * Ping: round trips over a stream. Entries: {@code PingInitiator}, {@code PingResponder}. Sans-I/O. Specification: libp2p ping/ping.md.
 */
@NullMarked
package org.openagi.p2p.protocols.ping;

import org.jspecify.annotations.NullMarked;
