/**
 * A message to everyone, along a tree that grows out of the links there are: each node gets it once by an eager link, and hears
 * over the others, the lazy ones, that it exists. Who hears of something that does not come asks for it, which makes the link
 * eager and mends the tree.
 *
 * <p>Entry: {@link org.openagi.p2p.overlay.broadcast.Broadcast}, confined to its owner. After Plumtree (Leitão, Pereira, Rodrigues,
 * SRDS 2007); where it differs and why is in docs/adr/0016. Deliberately absent: what a message means, which its payload says.
 *
 * @see "docs/wire/overlay-broadcast.md"
 */
@NullMarked
package org.openagi.p2p.overlay.broadcast;

import org.jspecify.annotations.NullMarked;
