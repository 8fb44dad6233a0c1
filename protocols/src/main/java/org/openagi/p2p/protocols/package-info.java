/** Node-level protocols, free of I/O: identify, ping, mDNS, dialing policy, liveness, peer table. */
@NullMarked
package org.openagi.p2p.protocols;

import org.jspecify.annotations.NullMarked;
