package org.openagi.p2p.messaging.parcel;

import java.time.Duration;

/**
 * How parcels are sent and taken in. Immutable.
 *
 * @param maxWindow most parcels on their way to one recipient without a word that they arrived, 1 to 256
 * @param mailPatience messages that live no longer than this are not put into a mailbox
 * @param mailPause how long mail is gathered before it is sent
 * @param receiptDelay how long a receipt waits for more to say
 * @param receiptPause least time between two receipts for one sender
 * @param heldBytesPerSender what is held of one sender's parcels until handlers take it
 * @param heldBytes the same of all senders
 */
public record ParcelConfig(
    int maxWindow,
    Duration mailPatience,
    Duration mailPause,
    Duration receiptDelay,
    Duration receiptPause,
    long heldBytesPerSender,
    long heldBytes) {
  /** 32 parcels of 240 KiB fill 75 MB/s at a round trip of 100 ms, and fit into what a recipient holds. */
  public static ParcelConfig defaults() {
    return new ParcelConfig(
        32,
        Duration.ofSeconds(5),
        Duration.ofMillis(200),
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        8L << 20,
        64L << 20);
  }

  /** Checks the ranges. */
  public ParcelConfig {
    require(maxWindow >= 1 && maxWindow <= 256, "maxWindow " + maxWindow);
    require(!mailPatience.isNegative(), "mailPatience " + mailPatience);
    require(!mailPause.isNegative(), "mailPause " + mailPause);
    require(!receiptDelay.isNegative(), "receiptDelay " + receiptDelay);
    require(!receiptPause.isNegative(), "receiptPause " + receiptPause);
    require(heldBytesPerSender >= 1 << 20, "heldBytesPerSender " + heldBytesPerSender);
    require(heldBytes >= heldBytesPerSender, "heldBytes " + heldBytes);
  }

  private static void require(boolean allowed, String what) {
    if (!allowed) throw new IllegalArgumentException(what + " is not allowed");
  }
}
