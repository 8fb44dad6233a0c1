/**
 * Who is linked to whom. A node is a neighbour of a few others, its view, and knows of some more, its candidates, of whom it
 * makes new neighbours when it loses some. Both sets are random parts of the network, kept so by walks of those who join and
 * by exchanges between neighbours, so that the whole stays connected although nobody knows it.
 *
 * <p>Entry: {@link org.openagi.p2p.overlay.membership.Membership}, confined to its owner. After HyParView (Leitão, Pereira,
 * Rodrigues, DSN 2007); where it differs and why is in docs/adr/0016. Deliberately absent: connections, which the port makes
 * and ends, and who may connect at all.
 *
 * @see "docs/wire/overlay-membership.md"
 */
@NullMarked
package org.openagi.p2p.overlay.membership;

import org.jspecify.annotations.NullMarked;
