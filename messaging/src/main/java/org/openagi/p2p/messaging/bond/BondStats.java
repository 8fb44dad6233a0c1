package org.openagi.p2p.messaging.bond;

/**
 * What bonds did so far.
 *
 * @param segmentsSent segments, each counted once
 * @param segmentsSentAgain those sent once more, because their path was lost or late
 * @param duplicates segments that came a second time and were dropped
 * @param refusedBonds bonds refused because their peer had too many
 * @param refusedPaths paths refused because there was no such bond, or it had too many
 */
public record BondStats(
    long segmentsSent,
    long segmentsSentAgain,
    long duplicates,
    long refusedBonds,
    long refusedPaths) {}
