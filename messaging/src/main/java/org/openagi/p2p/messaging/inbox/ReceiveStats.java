package org.openagi.p2p.messaging.inbox;

/**
 * Counters of an inbox.
 *
 * @param messagesHandled taken by all their handlers
 * @param duplicates skipped by the id their user gave them
 * @param messagesRefused for any reason
 * @param handlerFailures handlers that threw, each attempt counted
 * @param bundlesVerified with a genuine signature
 * @param badSeals with a wrong one
 * @param violations streams ended because a rule was broken
 * @param streamsRefused streams ended because this node's disk failed
 * @param throttled batches after which a peer was not read for a while
 * @param bytesReceived on all streams of the protocol
 */
public record ReceiveStats(
    long messagesHandled,
    long duplicates,
    long messagesRefused,
    long handlerFailures,
    long bundlesVerified,
    long badSeals,
    long violations,
    long streamsRefused,
    long throttled,
    long bytesReceived) {}
