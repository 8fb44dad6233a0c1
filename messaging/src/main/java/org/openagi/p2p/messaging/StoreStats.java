package org.openagi.p2p.messaging;

/**
 * What a store holds at one moment.
 *
 * @param deadLetters messages that expired or were refused and are kept
 * @param deadLetterBytes of their payloads
 * @param deadLettersDropped forgotten because of {@link DeadLetterLimits} since the process started
 * @param diskBytes that its files take or will, 0 for a store in memory
 * @param maxDiskBytes most that they may take, 0 for a store in memory
 */
public record StoreStats(
    int deadLetters,
    long deadLetterBytes,
    long deadLettersDropped,
    long diskBytes,
    long maxDiskBytes) {}
