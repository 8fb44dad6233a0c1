package org.openagi.p2p.overlay.relay;

import java.time.Duration;

/**
 * Limits and times of the relay.
 *
 * @param relays whether it passes on what others send; a LIGHT node does not
 * @param maxHeldBytes most bytes of parcels that are held: waiting, on their way to the next hop, or taken a moment ago
 * @param maxHeldBytesPerNeighbour most of them that came from one neighbour
 * @param maxHeldParcels most parcels that are held
 * @param windowBytes most bytes on their way to a neighbour that has not taken them
 * @param maxSeen most parcels that are remembered as seen
 * @param seenFor for how long they are
 * @param copyFor for how long a parcel that the next hop took is held in case that it refuses it after all, or dies; gives way
 *     to others when room is needed
 * @param takenTimeout how long a neighbour may stay without any answer before it is blamed, and tried again; another way, if
 *     there is one, is tried much sooner
 * @param fullPause how long to wait before a neighbour that was full is tried again
 * @param patience how long a parcel waits at its origin for a way to appear before it is refused; a quarter of that at others
 * @param keepers how many nodes are asked to keep a parcel, 1 to {@link RelayFrame#MAX_KEEPERS}
 * @param maxWatched most peers whose reach is told when it changes
 * @param watchedFor for how long after they were asked for or written to
 * @param mailbox what is kept for who is away; of no effect without a store
 */
public record RelayConfig(
    boolean relays,
    long maxHeldBytes,
    long maxHeldBytesPerNeighbour,
    int maxHeldParcels,
    long windowBytes,
    int maxSeen,
    Duration seenFor,
    Duration copyFor,
    Duration takenTimeout,
    Duration fullPause,
    Duration patience,
    int keepers,
    int maxWatched,
    Duration watchedFor,
    MailboxConfig mailbox) {
  /**
   * Limits of a mailbox.
   *
   * @param maxBytes of all mail
   * @param maxBytesPerRecipient for one recipient
   * @param maxBytesPerDepositor that came in by one neighbour
   * @param maxParcels of all mail
   * @param maxLifetime for how long it is kept at most, whatever the parcel says
   * @param retry between two attempts to hand the same parcel over
   * @param window parcels that are being handed over to one recipient at a time
   */
  public record MailboxConfig(
      long maxBytes,
      long maxBytesPerRecipient,
      long maxBytesPerDepositor,
      int maxParcels,
      Duration maxLifetime,
      Duration retry,
      int window) {
    /** 256 MiB in all, 16 MiB for a recipient, 64 MiB by a neighbour, for a week. */
    public static MailboxConfig defaults() {
      return new MailboxConfig(
          256L << 20,
          16L << 20,
          64L << 20,
          100_000,
          Duration.ofDays(7),
          Duration.ofSeconds(10),
          16);
    }
  }

  /** Validates. */
  public RelayConfig {
    if (maxHeldBytesPerNeighbour < Parcel.MAX_SEALED_BYTES || windowBytes < 1) {
      throw new IllegalArgumentException("a parcel may have " + Parcel.MAX_SEALED_BYTES
          + " bytes, held for a neighbour are at most " + maxHeldBytesPerNeighbour);
    }
    if (maxHeldBytes < maxHeldBytesPerNeighbour || maxHeldParcels < 1 || maxSeen < 1) {
      throw new IllegalArgumentException(
          "held bytes " + maxHeldBytes + ", parcels " + maxHeldParcels + ", seen " + maxSeen);
    }
    if (keepers < 1 || keepers > RelayFrame.MAX_KEEPERS) {
      throw new IllegalArgumentException("keepers " + keepers);
    }
  }

  /** The defaults. */
  public static RelayConfig defaults(boolean relays) {
    return new RelayConfig(
        relays,
        32L << 20,
        8L << 20,
        16_384,
        1L << 20,
        65_536,
        Duration.ofMinutes(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        2,
        256,
        Duration.ofMinutes(5),
        MailboxConfig.defaults());
  }
}
