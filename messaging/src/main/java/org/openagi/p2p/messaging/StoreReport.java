package org.openagi.p2p.messaging;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody found who read all files of a store and changed nothing. Immutable.
 *
 * @param files that were read
 * @param records in them that are whole
 * @param bytes that the files take
 * @param messages that wait
 * @param deadLetters that expired or were refused and are kept
 * @param damages what no crash explains, in the order of files, at most {@link #MAX_DAMAGES}
 * @param moreDamages how many more there are
 * @param torn what a crash left at the end of the last file, null if there is nothing; the next start cuts it off
 * @param inUse whether a process works with the files: then they were read up to where it had written them when asked
 */
public record StoreReport(
    int files,
    long records,
    long bytes,
    long messages,
    int deadLetters,
    List<Damage> damages,
    long moreDamages,
    @Nullable Torn torn,
    boolean inUse) {
  /** Damages that are told of one by one. */
  public static final int MAX_DAMAGES = 1000;

  /**
   * Something that cannot be unless the disk changed it.
   *
   * @param file its name
   * @param offset of the first byte that cannot be trusted
   * @param what is wrong, for people
   */
  public record Damage(String file, long offset, String what) {}

  /**
   * What was being written when a process or machine stopped. None of it had been accepted.
   *
   * @param file its name
   * @param offset where it begins
   * @param bytes how many there are
   */
  public record Torn(String file, long offset, long bytes) {}

  /** Copies the list. */
  public StoreReport {
    damages = List.copyOf(damages);
  }

  /** Whether nothing is damaged. A torn end is none. */
  public boolean isSound() {
    return damages.isEmpty();
  }
}
