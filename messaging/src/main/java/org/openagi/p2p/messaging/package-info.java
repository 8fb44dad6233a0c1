/** Messages that arrive, free of I/O: codec, bundles, signatures, compression, outbox, inbox, router. Asks for a PeerLink and a MessageStore. */
@NullMarked
package org.openagi.p2p.messaging;

import org.jspecify.annotations.NullMarked;
