/**
 * What is known of other peers. Entry: {@link org.openagi.p2p.protocols.peers.PeerTable}, safe for any thread. Deliberately absent: persistence, which belongs to who composes the node (export and restore).
 */
@NullMarked
package org.openagi.p2p.protocols.peers;

import org.jspecify.annotations.NullMarked;
