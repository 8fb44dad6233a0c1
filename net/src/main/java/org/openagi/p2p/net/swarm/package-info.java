/**
 * The owner of all connections: the host, its connection table, dialing, duplicates, trimming, liveness and events. Entry: {@link org.openagi.p2p.net.swarm.SwarmHost}. State of the swarm is confined to the {@code net-control} thread, state of a connection to its event loop. Specification: libp2p connections/README.md.
 */
@NullMarked
package org.openagi.p2p.net.swarm;

import org.jspecify.annotations.NullMarked;
