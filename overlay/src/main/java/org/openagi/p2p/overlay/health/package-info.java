/**
 * How each link does and whether the peer at its other end lives, decided with the help of other peers and without
 * accusing anybody of a silence that was ours. Entry: {@link org.openagi.p2p.overlay.health.Health}.
 */
@NullMarked
package org.openagi.p2p.overlay.health;

import org.jspecify.annotations.NullMarked;
