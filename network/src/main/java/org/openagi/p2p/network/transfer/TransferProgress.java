package org.openagi.p2p.network.transfer;

import java.util.OptionalLong;

/**
 * A look at a transfer.
 *
 * @param movedBytes of the content that were sent or received, over all streams
 * @param durableBytes of these that the recipient has for good
 * @param totalBytes of the content, empty if the sender does not know
 * @param bytesPerSecond over the last seconds, of what moved; 0 while nothing does
 * @param streams how many streams it has taken so far
 */
public record TransferProgress(
    long movedBytes,
    long durableBytes,
    OptionalLong totalBytes,
    double bytesPerSecond,
    int streams) {}
