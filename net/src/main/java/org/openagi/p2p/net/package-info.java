/** Everything that touches a socket: Netty transports, connection upgrade, stream muxing, the swarm, and the services that run protocols over streams. */
@NullMarked
package org.openagi.p2p.net;

import org.jspecify.annotations.NullMarked;
