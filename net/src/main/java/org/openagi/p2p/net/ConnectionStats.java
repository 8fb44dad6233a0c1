package org.openagi.p2p.net;

import java.time.Duration;
import java.util.Optional;

/**
 * Snapshot of a connection's counters. Bytes are those of the transport, encryption included.
 *
 * @param bytesIn bytes received since the transport opened, handshake included
 * @param bytesOut bytes handed to the transport, handshake included
 * @param openStreams streams open now, both directions
 * @param streamsOpened streams opened by us
 * @param streamsAccepted streams opened by the peer
 * @param setUpTime from the start of the dial (or the accept) to the end of the upgrade
 * @param smoothedRtt exponentially smoothed round-trip time; empty before the first ping
 * @param lastRtt last round-trip time; empty before the first ping
 */
public record ConnectionStats(
    long bytesIn,
    long bytesOut,
    int openStreams,
    long streamsOpened,
    long streamsAccepted,
    Duration setUpTime,
    Optional<Duration> smoothedRtt,
    Optional<Duration> lastRtt) {}
