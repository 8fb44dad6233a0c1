package org.openagi.p2p.messaging.journal;

import java.time.Duration;
import org.openagi.p2p.messaging.DeadLetterLimits;

/**
 * How a journal keeps messages. Immutable.
 *
 * @param quotaBytes most bytes its files may take
 * @param segmentBytes size of a segment; the first ones are smaller
 * @param sync whether what is accepted is forced to the disk, or only handed to the operating system
 * @param lifetime of messages that say nothing else
 * @param bootId names the run of the operating system, 0 if that is not known; tells a loss of power from a mere end of
 *     the process
 * @param deadLetters how many of them are kept; less if the quota is small, see {@link DeadLetterLimits#within}
 */
public record JournalConfig(
    long quotaBytes,
    int segmentBytes,
    Sync sync,
    Duration lifetime,
    long bootId,
    DeadLetterLimits deadLetters) {
  /** The smallest quota. */
  public static final long MIN_QUOTA_BYTES = 4L << 20;

  /** When something counts as kept. */
  public enum Sync {
    /** When the disk has it: survives a loss of power. */
    ALWAYS,
    /** When the operating system has it: survives the end of the process, not that of the machine. */
    OS
  }

  /** A sixteenth of the quota a segment, at most 32 MiB; the default limits of dead letters. */
  public static JournalConfig of(long quotaBytes, Sync sync, Duration lifetime, long bootId) {
    int segment = (int) Math.min(32 << 20, Math.max(256 << 10, quotaBytes / 16));
    return new JournalConfig(quotaBytes, segment, sync, lifetime, bootId, DeadLetterLimits.DEFAULT);
  }

  /** This with other limits of dead letters. */
  public JournalConfig withDeadLetters(DeadLetterLimits value) {
    return new JournalConfig(quotaBytes, segmentBytes, sync, lifetime, bootId, value);
  }

  /** Checks the ranges. */
  public JournalConfig {
    if (quotaBytes < MIN_QUOTA_BYTES) {
      throw new IllegalArgumentException(
          "journal quota of " + quotaBytes + " bytes, at least are " + MIN_QUOTA_BYTES);
    }
    if (segmentBytes < 4096 || segmentBytes > quotaBytes / 4) {
      throw new IllegalArgumentException(
          "segments of " + segmentBytes + " bytes, allowed are 4096 to a quarter of the quota");
    }
    deadLetters = deadLetters.within(quotaBytes);
  }
}
