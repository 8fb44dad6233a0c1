/**
 * Where peers could be reached last time, kept in the file {@code peers} of the data folder and
 * tried at the next start in addition to discovery.
 *
 * <p>Entry type: {@link org.openagi.p2p.network.peers.RememberedPeers}. A memory aid, not a source
 * of trust: a line that can't be understood is skipped, and whoever answers must prove its key.
 */
@NullMarked
package org.openagi.p2p.network.peers;

import org.jspecify.annotations.NullMarked;
