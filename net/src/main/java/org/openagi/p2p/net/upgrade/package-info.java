/**
 * From a raw connection to a secured one with a multiplexer. Entry: {@link org.openagi.p2p.net.upgrade.Upgrader}. Specification: libp2p connections/README.md.
 */
@NullMarked
package org.openagi.p2p.net.upgrade;

import org.jspecify.annotations.NullMarked;
