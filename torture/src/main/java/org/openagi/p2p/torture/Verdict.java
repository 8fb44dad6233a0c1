package org.openagi.p2p.torture;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the checker found. Confined to one thread. */
final class Verdict {
  /** Violations of one kind that are explained; the others are counted. */
  private static final int EXPLAINED = 5;

  /** A promise, broken. */
  enum Kind {
    /** Accepted, but neither handled nor reported. */
    LOST,
    /** Acknowledged, but never handled. */
    ACKNOWLEDGED_UNHANDLED,
    /** Handled a second time without a kill and the mark of it. */
    TWICE,
    /** Handed over again after a kill, though the handler had gone on to a later one of its sender and class. */
    TOO_MANY_AGAIN,
    /** Handled after a later one of the same sender and class. */
    ORDER,
    /** Handled, though nobody sent it, or not as it was sent. */
    INVENTED,
    /** Accepted, but its end was never reported to the sender. */
    UNREPORTED,
    /** Expired before its time. */
    EXPIRED_EARLY,
    /** Refused for a reason that the run gave no cause for. */
    REFUSED,
    /** Reported as refused by its recipient, which handled it. */
    REFUSED_BUT_HANDLED,
    /** The run did not come to rest, or a process did not end in order. */
    UNREST,
    /** Fewer messages were submitted, or fewer processes killed, than was asked for. */
    CUT_SHORT
  }

  private final Map<Kind, Integer> violations = new EnumMap<>(Kind.class);
  private final List<String> explanations = new ArrayList<>();
  private final Map<String, Integer> refusals = new TreeMap<>();
  int submitted;
  int accepted;
  int uncertain;
  int handled;
  int handledUncertain;
  int expired;
  int expiredButHandled;
  int refused;
  int forgotten;
  int again;
  int againWithin;
  int shortLived;
  int named;
  int boots;
  long latestExpiryMillis;
  long latestExpiryAwakeMillis;

  void violation(Kind kind, String explanation) {
    int count = violations.merge(kind, 1, Integer::sum);
    if (count <= EXPLAINED) explanations.add(kind + ": " + explanation);
  }

  void refusal(String reason) {
    refusals.merge(reason, 1, Integer::sum);
  }

  boolean isClean() {
    return violations.isEmpty();
  }

  int count(Kind kind) {
    return violations.getOrDefault(kind, 0);
  }

  /** The counts, then the first violations of each kind. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("submitted " + submitted + ", accepted " + accepted + ", handled " + handled
        + ", expired " + expired + " (of " + shortLived + " short-lived; " + expiredButHandled
        + " of them were handled as well), refused " + refused + " " + refusals
        + ", handled but their end not remembered after a kill " + forgotten);
    lines.add("cut off by a kill before their acceptance was known: " + uncertain + ", of which "
        + handledUncertain + " were handled; handed over again after a kill, and marked so: "
        + again + " (allowed " + againWithin + "); latest report of an expiry "
        + latestExpiryMillis + " ms after it, " + latestExpiryAwakeMillis
        + " ms while its sender was up");
    if (isClean()) lines.add("no promise was broken");
    else lines.add("BROKEN " + violations);
    lines.addAll(explanations);
    return lines;
  }
}
