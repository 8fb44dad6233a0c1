/**
 * Noise XX with libp2p identities, without I/O.
 *
 * <p>Entry types are {@link org.openagi.p2p.wire.noise.NoiseHandshake} for one handshake and {@link
 * org.openagi.p2p.wire.noise.NoiseTransport} for the two directions of a finished one. Both are
 * confined to one thread. Randomness is passed in; deadlines and framing on a socket belong to the
 * caller.
 *
 * <p>Deliberately absent: other patterns, other cipher suites, rekeying (libp2p has none), 0-RTT.
 *
 * @see "libp2p specs: noise/README.md r5; Noise Protocol Framework revision 34"
 */
@NullMarked
package org.openagi.p2p.wire.noise;

import org.jspecify.annotations.NullMarked;
