package org.openagi.p2p.overlay.membership;

/**
 * Sizes and times of a view.
 *
 * @param targetDegree neighbours a node seeks to have, 2 to 64
 * @param maxDegree neighbours it accepts, more than the target, up to 128; protected ones may exceed it
 * @param candidatesMax peers that it remembers besides, 8 to 4096
 * @param walkLength steps of a walk that makes a joined peer known, 1 to 16
 * @param walkMemory at how many steps before its end a walk leaves its mark among the candidates, below the walk's length
 * @param shuffleMillis between two exchanges with a neighbour, jittered by a quarter; early ones come sooner
 * @param shuffleEntries entries of an exchange, 2 to 12
 * @param dialTimeoutMillis after which a dial counts as failed
 * @param probeFirstMillis pause before a lost neighbour is dialed again, doubled up to the next
 * @param probeMaxMillis longest pause while it has not been away for long: bounds how late a partition's end is noticed
 * @param probePatientAfterMillis how long it must be away for pauses to grow further
 * @param probePatientMaxMillis longest pause then
 * @param minScore whom to refuse
 * @param maxPerNarrowRange neighbours of one public IPv4 /24 or IPv6 /48
 * @param maxPerWideRange neighbours of one public IPv4 /16 or IPv6 /32
 */
public record MembershipConfig(
    int targetDegree,
    int maxDegree,
    int candidatesMax,
    int walkLength,
    int walkMemory,
    long shuffleMillis,
    int shuffleEntries,
    long dialTimeoutMillis,
    long probeFirstMillis,
    long probeMaxMillis,
    long probePatientAfterMillis,
    long probePatientMaxMillis,
    double minScore,
    int maxPerNarrowRange,
    int maxPerWideRange) {
  /** Neighbours that a node seeks unless it is told otherwise. */
  public static final int DEFAULT_TARGET_DEGREE = 6;

  /** Validates. */
  public MembershipConfig {
    require(targetDegree >= 2 && targetDegree <= 64, "target degree " + targetDegree + ", 2 to 64");
    require(
        maxDegree > targetDegree && maxDegree <= 128,
        "maximum degree " + maxDegree + ", above the target " + targetDegree + " up to 128");
    require(candidatesMax >= 8 && candidatesMax <= 4096, candidatesMax + " candidates, 8 to 4096");
    require(
        walkLength >= 1 && walkLength <= MembershipFrame.MAX_TTL,
        "walk of " + walkLength + " steps, 1 to " + MembershipFrame.MAX_TTL);
    require(
        walkMemory >= 0 && walkMemory < walkLength,
        "mark of a walk at " + walkMemory + ", below its length " + walkLength);
    require(shuffleMillis > 0, "shuffle every " + shuffleMillis + " ms");
    require(
        shuffleEntries >= 2 && shuffleEntries <= MembershipFrame.MAX_ENTRIES,
        shuffleEntries + " entries in a shuffle, 2 to " + MembershipFrame.MAX_ENTRIES);
    require(dialTimeoutMillis > 0, "dial timeout " + dialTimeoutMillis + " ms");
    require(
        probeFirstMillis > 0
            && probeMaxMillis >= probeFirstMillis
            && probePatientMaxMillis >= probeMaxMillis,
        "pauses between probes "
            + probeFirstMillis
            + ", "
            + probeMaxMillis
            + ", "
            + probePatientMaxMillis
            + " ms, each at least the one before");
    require(maxPerNarrowRange >= 1, maxPerNarrowRange + " of a narrow range, at least 1");
    require(
        maxPerWideRange >= maxPerNarrowRange,
        maxPerWideRange + " of a wide range, at least as many as of a narrow one");
  }

  private static void require(boolean holds, String what) {
    if (!holds) throw new IllegalArgumentException(what);
  }

  /** What a node does that is told nothing. */
  public static MembershipConfig defaults() {
    return ofTargetDegree(DEFAULT_TARGET_DEGREE);
  }

  /** The defaults around another degree. */
  public static MembershipConfig ofTargetDegree(int targetDegree) {
    return new MembershipConfig(
        targetDegree,
        targetDegree + Math.max(2, targetDegree / 2),
        Math.max(48, 8 * targetDegree),
        6,
        3,
        30_000,
        8,
        5_000,
        500,
        4_000,
        300_000,
        60_000,
        -10,
        2,
        Math.max(2, targetDegree / 2));
  }
}
