/**
 * Who a peer is: {@link org.openagi.p2p.core.identity.PeerId}, public keys of the four libp2p kinds, and
 * our own Ed25519 {@link org.openagi.p2p.core.identity.HostKey}.
 *
 * <p>Immutable values, safe for any thread. Specification: libp2p {@code peer-ids}. Deliberately absent:
 * host keys other than Ed25519, and key files (they live with the application).
 */
@NullMarked
package org.openagi.p2p.core.identity;

import org.jspecify.annotations.NullMarked;
