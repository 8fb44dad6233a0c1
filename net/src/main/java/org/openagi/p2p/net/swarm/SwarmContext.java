package org.openagi.p2p.net.swarm;

import io.netty.util.concurrent.EventExecutor;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.limits.ConnectionLimiter;
import org.openagi.p2p.protocols.liveness.LivenessConfig;
import org.openagi.p2p.protocols.peers.PeerTable;
import org.openagi.p2p.wire.yamux.YamuxConfig;
import org.openagi.p2p.wire.yamux.YamuxCounters;

/**
 * What all parts of one swarm share. Immutable; its parts are safe for any thread.
 *
 * @param control the {@code net-control} thread
 */
record SwarmContext(
    HostConfig config,
    PeerId self,
    EventExecutor control,
    TimeSource time,
    ConnectionLimiter limiter,
    ProtocolRegistry protocols,
    HandlerThreads handlers,
    EventHub events,
    PeerTable peers,
    YamuxConfig yamux,
    YamuxCounters yamuxCounters,
    LivenessConfig liveness) {}
