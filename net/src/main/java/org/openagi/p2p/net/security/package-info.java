/**
 * Turns an established channel into an authenticated, encrypted one: Noise XX ({@code /noise}) and
 * TLS 1.3 ({@code /tls/1.0.0}) with libp2p identities.
 *
 * <p>Entry type is {@link org.openagi.p2p.net.security.SecurityProtocol} with its two
 * implementations. They are safe for any thread and shared by all connections of a host; the
 * handlers they install are confined to their channel's event loop. The cryptographic logic lives in
 * {@code wire.noise} and {@code wire.tls}; this package adds Netty, deadlines and buffers.
 *
 * <p>Deliberately absent: session resumption, 0-RTT data, server name indication, plaintext.
 *
 * @see "libp2p specs: noise/README.md r5, tls/tls.md r0, connections/inlined-muxer-negotiation.md r1"
 */
@NullMarked
package org.openagi.p2p.net.security;

import org.jspecify.annotations.NullMarked;
