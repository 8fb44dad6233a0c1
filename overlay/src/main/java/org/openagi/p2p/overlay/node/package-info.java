/** All machines of the overlay as one. The only package that knows the others. */
@NullMarked
package org.openagi.p2p.overlay.node;

import org.jspecify.annotations.NullMarked;
