/**
 * Who is linked to whom, and the ways that follow: each node signs an advert of its links, adverts spread by gossip, and
 * shortest paths are computed when they are asked for.
 *
 * <p>Entry type: {@link org.openagi.p2p.overlay.linkstate.LinkStates}, confined to its owner. Frames 0x40 to 0x4f, {@code
 * docs/wire/overlay-linkstate.md}. Deliberately absent: who becomes a neighbour, and carrying anything.
 */
@NullMarked
package org.openagi.p2p.overlay.linkstate;

import org.jspecify.annotations.NullMarked;
