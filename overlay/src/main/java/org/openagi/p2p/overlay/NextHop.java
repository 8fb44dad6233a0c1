package org.openagi.p2p.overlay;

import org.openagi.p2p.core.identity.PeerId;

/**
 * A neighbour that leads to a destination.
 *
 * @param peer the neighbour
 * @param costMicros expected one-way time to the destination over it, losses and load counted in
 * @param sharePermille part of the load it should carry, 0 to 1000; 0 is for when the others fail
 * @param nearer whether it is nearer to the destination than this node and nothing speaks against it; any other is for when none
 *     of these is left
 */
public record NextHop(PeerId peer, long costMicros, int sharePermille, boolean nearer) {}
