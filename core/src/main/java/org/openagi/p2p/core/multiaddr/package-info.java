/**
 * {@link org.openagi.p2p.core.multiaddr.Multiaddr}, the self-describing path to a peer.
 *
 * <p>Immutable values, safe for any thread. Specification: multiformats multiaddr, libp2p {@code
 * addressing}. Deliberately absent: name resolution, dialing, and protocols that nobody we talk to
 * announces (dccp, sctp, udt, utp, garlic, onion v2).
 */
@NullMarked
package org.openagi.p2p.core.multiaddr;

import org.jspecify.annotations.NullMarked;
