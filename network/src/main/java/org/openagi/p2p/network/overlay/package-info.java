/**
 * The overlay over real connections: one thread that owns an {@link org.openagi.p2p.overlay.node.OverlayNode}, and streams that
 * carry its frames.
 */
@NullMarked
package org.openagi.p2p.network.overlay;

import org.jspecify.annotations.NullMarked;
