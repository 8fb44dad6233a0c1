package org.openagi.p2p.overlay.health;

import java.util.EnumMap;
import java.util.Map;

/**
 * Counters of a {@link Health}, and how it sees its own machine. Immutable.
 *
 * @param counts how often each thing happened
 * @param localHealth 0 if we trust ourselves fully, up to 8
 * @param excusedNanos time in which this machine did not let us run when we were due
 * @param ownNetworkDown whether no neighbour at all is heard of
 * @param partitioned peers that were lost at once and are not back; 0 if there is no partition
 */
public record HealthStats(
    Map<Count, Long> counts,
    int localHealth,
    long excusedNanos,
    boolean ownNetworkDown,
    int partitioned) {
  /** What is counted. */
  public enum Count {
    /** Probes sent. */
    PROBES,
    /** Probes answered, late ones included. */
    ANSWERS,
    /** Probes that were not answered in time. */
    MISSED,
    /** Probes or questions not sent because of the limit per second. */
    PROBES_DEFERRED,
    /** Questions sent about third peers. */
    QUESTIONS,
    /** Testimonies received. */
    TESTIMONIES,
    /** Questions answered for others. */
    ERRANDS,
    /** Questions of others dropped, since too many wait. */
    ERRANDS_DROPPED,
    /** Answers and testimonies that nobody asked for, or that came too late. */
    UNASKED,
    /** Frames beyond what one neighbour may send. */
    FRAMES_REFUSED,
    /** Neighbours beyond the limit, which are not watched. */
    UNWATCHED,
    /** Peers suspected. */
    SUSPECTED,
    /** Suspicions that were refuted. */
    REFUTED,
    /** Peers given up. */
    DIED,
    /** Calls that came too late. */
    LATE_CALLS
  }

  /** Copies. */
  public HealthStats {
    counts = counts.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(counts));
  }

  /** How often something happened. */
  public long count(Count what) {
    return counts.getOrDefault(what, 0L);
  }
}
