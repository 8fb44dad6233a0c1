package org.openagi.p2p.overlay.broadcast;

/**
 * Times and bounds of broadcasts.
 *
 * @param relays whether messages of others are passed on; a LIGHT node does not
 * @param announceMillis how long news for lazy neighbours are gathered
 * @param confirmMillis how long confirmations for an origin are gathered
 * @param missingMillis least time between the news of a message and asking for it; added to what the round trips ask for
 * @param cacheMillis how long a message is kept for those who missed it
 * @param cacheBytes bytes of messages that are kept
 * @param maxAgeMillis oldest message that is accepted by the clocks of origin and recipient, and how far in the future
 * @param maxSources processes of origins whose numbers are remembered
 * @param messagesPerSecond of one origin; its direct neighbours enforce it, others twice that
 * @param bytesPerSecond of one origin, as above
 * @param graftBytesPerSecond to one neighbour because it asked
 * @param optimiseHops by how many links less than half a lazy way must be shorter to become eager
 */
public record BroadcastConfig(
    boolean relays,
    long announceMillis,
    long confirmMillis,
    long missingMillis,
    long cacheMillis,
    int cacheBytes,
    long maxAgeMillis,
    int maxSources,
    int messagesPerSecond,
    long bytesPerSecond,
    long graftBytesPerSecond,
    int optimiseHops) {
  /** Validates. */
  public BroadcastConfig {
    require(announceMillis > 0, "news gathered for " + announceMillis + " ms");
    require(confirmMillis > 0, "confirmations gathered for " + confirmMillis + " ms");
    require(missingMillis > 0, "missing messages awaited for " + missingMillis + " ms");
    require(cacheMillis > 0, "messages kept for " + cacheMillis + " ms");
    require(
        cacheBytes >= BroadcastMessage.MAX_PAYLOAD_BYTES,
        "cache of " + cacheBytes + " bytes, at least " + BroadcastMessage.MAX_PAYLOAD_BYTES);
    require(
        maxAgeMillis >= cacheMillis,
        "messages accepted up to " + maxAgeMillis + " ms old, but kept for " + cacheMillis);
    require(maxSources > 0, maxSources + " sources");
    require(messagesPerSecond > 0, messagesPerSecond + " messages a second");
    require(
        bytesPerSecond >= BroadcastMessage.MAX_PAYLOAD_BYTES,
        bytesPerSecond + " bytes a second, at least " + BroadcastMessage.MAX_PAYLOAD_BYTES);
    require(
        graftBytesPerSecond >= BroadcastMessage.MAX_PAYLOAD_BYTES,
        graftBytesPerSecond
            + " bytes a second on request, at least "
            + BroadcastMessage.MAX_PAYLOAD_BYTES);
    require(optimiseHops >= 1, "optimisation by " + optimiseHops + " hops, at least 1");
  }

  private static void require(boolean holds, String what) {
    if (!holds) throw new IllegalArgumentException(what);
  }

  /** What a node does that is told nothing. */
  public static BroadcastConfig defaults() {
    return new BroadcastConfig(
        true, 200, 25, 100, 60_000, 8 << 20, 600_000, 4096, 1000, 8L << 20, 4L << 20, 3);
  }

  /** The same, passing on messages of others or not. */
  public BroadcastConfig withRelays(boolean value) {
    return new BroadcastConfig(
        value,
        announceMillis,
        confirmMillis,
        missingMillis,
        cacheMillis,
        cacheBytes,
        maxAgeMillis,
        maxSources,
        messagesPerSecond,
        bytesPerSecond,
        graftBytesPerSecond,
        optimiseHops);
  }
}
