package org.openagi.p2p.simulator.fault;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What can go wrong. */
public enum FaultKind {
  /** Everything takes up to ten times as long, and varies more. */
  LATENCY,
  /** Up to 15 % of the segments are lost. */
  LOSS,
  /** The network falls into two parts. */
  PARTITION,
  /** What one node sends another does not arrive, but what comes back does. */
  ONEWAY,
  /** Clocks run up to 0.02 % fast or slow, and calendars are off by up to ten seconds. */
  SKEW,
  /** A node does nothing for up to eight seconds. */
  SLOW,
  /** A process is killed and started again. */
  CRASH,
  /** A machine loses power, and its disk what was not forced. */
  POWER,
  /** A disk fails, for good or once, or the machine stops in the middle of an operation. */
  DISK,
  /** Nodes that lie, replay and flood. */
  BYZANTINE,
  /** One pair of nodes in eight can never connect. */
  BARRED;

  /** Its name on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a list: words with commas between, {@code all} or {@code none}.
   *
   * @throws IllegalArgumentException naming the word that is none of these
   */
  public static Set<FaultKind> parse(String text) {
    Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
    for (String word : text.split(",")) {
      switch (word.strip()) {
        case "all" -> kinds.addAll(EnumSet.allOf(FaultKind.class));
        case "none" -> {}
        default -> kinds.add(ofWord(word.strip()));
      }
    }
    return kinds;
  }

  private static FaultKind ofWord(String word) {
    for (FaultKind each : values()) if (each.word().equals(word)) return each;
    throw new IllegalArgumentException("'" + word + "' is no fault; there are all, none, "
        + String.join(
            ", ", EnumSet.allOf(FaultKind.class).stream().map(FaultKind::word).toList()));
  }

  /** The list that {@link #parse} reads. */
  public static String toText(Set<FaultKind> kinds) {
    if (kinds.size() == values().length) return "all";
    if (kinds.isEmpty()) return "none";
    return String.join(",", EnumSet.copyOf(kinds).stream().map(FaultKind::word).toList());
  }
}
