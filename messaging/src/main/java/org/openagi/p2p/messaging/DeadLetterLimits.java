package org.openagi.p2p.messaging;

/**
 * How many messages that expired or were refused a store keeps to be looked at and sent again. Beyond either limit the one
 * that ended first is forgotten. Immutable.
 *
 * @param letters most of them, 1 to {@link #MAX_LETTERS}
 * @param bytes most bytes of their payloads together, 0 to {@link #MAX_BYTES}; the newest is kept even if it alone has more
 */
public record DeadLetterLimits(int letters, long bytes) {
  /** The most letters. */
  public static final int MAX_LETTERS = 16_384;

  /** The most bytes: they are kept in memory, too. */
  public static final long MAX_BYTES = 1L << 30;

  /** 1,024 letters, 16 MiB. */
  public static final DeadLetterLimits DEFAULT = new DeadLetterLimits(1024, 16 << 20);

  /** Bytes on disk that the end of a letter may take in each segment, about. */
  private static final int DISK_BYTES_OF_AN_END = 4096;

  /** Checks the ranges. */
  public DeadLetterLimits {
    if (letters < 1 || letters > MAX_LETTERS || bytes < 0 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException("dead letters: " + letters + " and " + bytes
          + " bytes; allowed are 1 to " + MAX_LETTERS + " and 0 to " + MAX_BYTES);
    }
  }

  /** These, or less, so that letters leave most of a disk quota to messages that wait: a quarter of it for payloads. */
  public DeadLetterLimits within(long quotaBytes) {
    long most = Math.max(1, quotaBytes / DISK_BYTES_OF_AN_END);
    return new DeadLetterLimits((int) Math.min(letters, most), Math.min(bytes, quotaBytes / 4));
  }
}
