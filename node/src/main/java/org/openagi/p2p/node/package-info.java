/** The daemon and the p2p command line. */
@NullMarked
package org.openagi.p2p.node;

import org.jspecify.annotations.NullMarked;
