/**
 * A network that knows itself: health of links, who is linked to whom, ways over several hops, broadcast, mail for who is
 * away, and what is thought of peers. Logic only: frames, links and times are handed in, and what is to be done is
 * asked of an {@link org.openagi.p2p.overlay.OverlayPort}. Each package is one machine; {@code OverlayNode} runs them
 * together, over a real network as well as in the simulator.
 */
@NullMarked
package org.openagi.p2p.overlay;

import org.jspecify.annotations.NullMarked;
