/** Byte-level protocols of one connection, free of I/O: multistream-select, Noise, the TLS certificate extension, Yamux. */
@NullMarked
package org.openagi.p2p.wire;

import org.jspecify.annotations.NullMarked;
