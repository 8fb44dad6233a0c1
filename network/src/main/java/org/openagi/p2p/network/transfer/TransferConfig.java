package org.openagi.p2p.network.transfer;

import java.time.Duration;

/**
 * Limits and timing of transfers. Immutable.
 *
 * @param maxPerPeer transfers with one peer at a time, in each direction
 * @param maxTotal transfers with all peers at a time, in each direction
 * @param maxInterrupted interrupted incoming transfers kept in memory to go on with
 * @param maxSizeBytes the largest content that is taken
 * @param syncBytes content after which a recipient forces it to disk and says so
 * @param syncInterval time after which it does so if there is less
 * @param quietInterval after that much silence of its own a side says that it is alive
 * @param silenceLimit a side that heard nothing for so long gives the stream up
 * @param stallLimit a recipient that got no content for so long, or whose application did not decide,
 *     refuses
 * @param offerLimit how long an offer may take to arrive
 * @param retryMin pause before the first attempt to go on
 * @param retryMax pause before later ones; they double
 */
public record TransferConfig(
    int maxPerPeer,
    int maxTotal,
    int maxInterrupted,
    long maxSizeBytes,
    int syncBytes,
    Duration syncInterval,
    Duration quietInterval,
    Duration silenceLimit,
    Duration stallLimit,
    Duration offerLimit,
    Duration retryMin,
    Duration retryMax) {
  /** The values of docs/wire/transfer-1.0.md, section 7. */
  public static TransferConfig defaults() {
    return new TransferConfig(
        4,
        16,
        64,
        1L << 60,
        16 << 20,
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofMinutes(10),
        Duration.ofSeconds(10),
        Duration.ofMillis(250),
        Duration.ofSeconds(10));
  }

  /** These with other numbers of transfers. */
  public TransferConfig withLimits(int perPeer, int total, int interrupted) {
    return new TransferConfig(
        perPeer,
        total,
        interrupted,
        maxSizeBytes,
        syncBytes,
        syncInterval,
        quietInterval,
        silenceLimit,
        stallLimit,
        offerLimit,
        retryMin,
        retryMax);
  }

  /** These with another largest content. */
  public TransferConfig withMaxSize(long bytes) {
    return new TransferConfig(
        maxPerPeer,
        maxTotal,
        maxInterrupted,
        bytes,
        syncBytes,
        syncInterval,
        quietInterval,
        silenceLimit,
        stallLimit,
        offerLimit,
        retryMin,
        retryMax);
  }

  /** These with other waiting times. */
  public TransferConfig withTimes(Duration quiet, Duration silence, Duration stall) {
    return new TransferConfig(
        maxPerPeer,
        maxTotal,
        maxInterrupted,
        maxSizeBytes,
        syncBytes,
        syncInterval,
        quiet,
        silence,
        stall,
        offerLimit,
        retryMin,
        retryMax);
  }

  /** These with more frequent forcing to disk. */
  public TransferConfig withSync(int bytes) {
    return new TransferConfig(
        maxPerPeer,
        maxTotal,
        maxInterrupted,
        maxSizeBytes,
        bytes,
        syncInterval,
        quietInterval,
        silenceLimit,
        stallLimit,
        offerLimit,
        retryMin,
        retryMax);
  }
}
