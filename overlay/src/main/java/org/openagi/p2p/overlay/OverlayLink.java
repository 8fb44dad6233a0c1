package org.openagi.p2p.overlay;

import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;

/**
 * A neighbour: an authenticated peer with at least one connection that speaks the overlay protocol.
 *
 * @param peer who
 * @param dialed whether this node dialed it
 * @param address where it is connected from or to; empty if it is not an address of the internet (a relay, Tor)
 * @param nodeType what it does for others, as it said itself
 */
public record OverlayLink(
    PeerId peer, boolean dialed, Optional<Multiaddr> address, NodeType nodeType) {}
