package org.openagi.p2p.network.transfer;

import java.util.Map;
import org.openagi.p2p.messaging.transfer.TransferReason;

/**
 * Counters since the start of the node.
 *
 * @param sending under way now
 * @param receiving under way or interrupted now
 * @param sent completed
 * @param received completed
 * @param bytesSent of content, repetitions included
 * @param bytesReceived of content, repetitions included
 * @param ended transfers that failed or were refused, by either side, by reason
 * @param refusedStreams streams of peers that got no answer, because too many asked at a time or their
 *     offer did not arrive
 */
public record TransferStats(
    int sending,
    int receiving,
    long sent,
    long received,
    long bytesSent,
    long bytesReceived,
    Map<TransferReason, Long> ended,
    long refusedStreams) {}
