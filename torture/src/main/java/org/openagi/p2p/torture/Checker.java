package org.openagi.p2p.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.torture.Verdict.Kind;

/** Holds the ledgers of a run against the promises. Confined to one thread. */
final class Checker {
  /** Times are whole milliseconds, and the wall clock may be set a little. */
  private static final long EARLY_TOLERANCE_MILLIS = 20;

  /** Urgent, control and bulk. */
  private static final int LANES_USED = 3;

  private static final Set<String> EXPECTED_REFUSALS = Set.of("QUEUE_FULL");

  private final Plan plan;
  private final Path[] ledgers;
  private final Fate[][][] fates;
  private final Map<Integer, Set<Integer>> orderlyEnds = new HashMap<>();
  private final int[] boots;
  private final Verdict verdict = new Verdict();

  /**
   * Prepares a check.
   *
   * @param ledgers of the nodes, the first is that of node 1
   */
  Checker(Plan plan, List<Path> ledgers) {
    this.plan = plan;
    int nodes = plan.nodes();
    this.ledgers = new Path[nodes + 1];
    this.fates = new Fate[nodes + 1][nodes + 1][];
    this.boots = new int[nodes + 1];
    for (int from = 1; from <= nodes; from++) {
      this.ledgers[from] = ledgers.get(from - 1);
      for (int to = 1; to <= nodes; to++) {
        fates[from][to] = new Fate[plan.count(from, to) + 1];
      }
    }
  }

  /** Reads all ledgers and judges each message. */
  Verdict check() throws IOException {
    for (int node = 1; node <= plan.nodes(); node++) readSending(node);
    for (int node = 1; node <= plan.nodes(); node++) readHandling(node);
    for (int from = 1; from <= plan.nodes(); from++) {
      for (int to = 1; to <= plan.nodes(); to++) {
        for (int number = 1; number < fates[from][to].length; number++) {
          Fate fate = fates[from][to][number];
          if (fate != null) judge(plan.message(from, to, number), fate);
        }
      }
    }
    return verdict;
  }

  Verdict verdict() {
    return verdict;
  }

  private Fate fate(int from, int to, int number) {
    Fate known = fates[from][to][number];
    if (known != null) return known;
    Fate made = new Fate();
    fates[from][to][number] = made;
    return made;
  }

  private void readSending(int node) throws IOException {
    long[] readyMillis = new long[1];
    LedgerFile.read(ledgers[node], (line, words) -> {
      switch (words[0]) {
        case "boot" -> boots[node]++;
        case "ready" -> readyMillis[0] = Long.parseLong(words[1]);
        case "end" ->
          orderlyEnds.computeIfAbsent(node, unused -> new HashSet<>()).add(boots[node]);
        case "intent" -> {
          Fate fate = fate(node, number(words, 1), number(words, 2));
          fate.intentLine = line;
          fate.intentMillis = Long.parseLong(words[3]);
        }
        case "accept" -> fate(node, number(words, 1), number(words, 2)).acceptLine = line;
        case "settled" -> {
          Fate fate = fate(node, number(words, 1), number(words, 2));
          fate.settledLine = line;
          fate.settledMillis = Long.parseLong(words[3]);
          fate.readyMillis = readyMillis[0];
          fate.outcome = String.join(" ", Arrays.copyOfRange(words, 4, words.length));
        }
        default -> {}
      }
    });
    verdict.boots += boots[node];
    Set<Integer> ends = orderlyEnds.getOrDefault(node, Set.of());
    int kills = 0;
    for (int boot = 1; boot < boots[node]; boot++) if (!ends.contains(boot)) kills++;
    // One handler runs for each sender and lane at a time.
    verdict.againWithin += kills * (plan.nodes() - 1) * LANES_USED;
  }

  private void readHandling(int node) throws IOException {
    int[] boot = new int[1];
    int[][] last = new int[plan.nodes() + 1][Lane.COUNT];
    LedgerFile.read(ledgers[node], (line, words) -> {
      if (words[0].equals("boot")) boot[0]++;
      if (words[0].equals("wrong")) {
        verdict.violation(Kind.INVENTED, "node " + node + ", " + String.join(" ", words));
      }
      if (!words[0].equals("handle")) return;
      int from = number(words, 1);
      int number = number(words, 2);
      Fate fate = fate(from, node, number);
      if (fate.handledLine > 0) {
        Planned again = plan.message(from, node, number);
        int latest = last[from][again.type().lane().number()];
        onHandledAgain(again, fate, line, boot[0], words[4], latest);
        return;
      }
      fate.handledLine = line;
      fate.handledBy = boot[0];
      int lane = plan.message(from, node, number).type().lane().number();
      if (number < last[from][lane]) {
        verdict.violation(
            Kind.ORDER,
            explained(plan.message(from, node, number), fate) + " came after " + last[from][lane]);
      }
      last[from][lane] = Math.max(number, last[from][lane]);
    });
  }

  private void onHandledAgain(
      Planned message, Fate fate, int line, int boot, String mark, int latest) {
    boolean killed = boot > fate.handledBy
        && !orderlyEnds.getOrDefault(message.to(), Set.of()).contains(fate.handledBy);
    fate.handledAgainLine = line;
    if (killed && mark.equals("again")) {
      verdict.again++;
      // The handler of a lane takes one at a time, so it was done with all but the latest.
      if (message.number() < latest) {
        verdict.violation(
            Kind.TOO_MANY_AGAIN,
            explained(message, fate) + ", when " + latest + " had been handled");
      }
      fate.handledBy = boot;
    } else {
      verdict.violation(
          Kind.TWICE,
          explained(message, fate)
              + (killed ? " after a kill, but without the mark" : " without a kill between"));
    }
  }

  private void judge(Planned message, Fate fate) {
    verdict.submitted++;
    if (message.isShortLived()) verdict.shortLived++;
    if (message.givenId() != null) verdict.named++;
    if (fate.isHandled()) verdict.handled++;
    if (fate.isHandled() && fate.intentLine == 0) {
      verdict.violation(Kind.INVENTED, explained(message, fate) + " was never submitted");
    }
    if (fate.isAccepted()) judgeAccepted(message, fate);
    else judgeOthers(message, fate);
  }

  private void judgeAccepted(Planned message, Fate fate) {
    verdict.accepted++;
    if (fate.isExpired()) judgeExpired(message, fate);
    if (fate.isRefused()) judgeRefused(message, fate);
    if (fate.isForgotten() && fate.isHandled()) verdict.forgotten++;
    if (!fate.isSettled() || (fate.isForgotten() && !fate.isHandled())) {
      Kind kind = fate.isHandled() ? Kind.UNREPORTED : Kind.LOST;
      verdict.violation(kind, explained(message, fate));
    } else if (fate.isAcknowledged() && !fate.isHandled()) {
      verdict.violation(Kind.ACKNOWLEDGED_UNHANDLED, explained(message, fate));
    }
  }

  /** Refused at once, or a kill came before its acceptance was known: both ends are good, but one only. */
  private void judgeOthers(Planned message, Fate fate) {
    if (fate.isRefused()) {
      judgeRefused(message, fate);
    } else {
      verdict.uncertain++;
      if (fate.isHandled()) verdict.handledUncertain++;
    }
  }

  private void judgeExpired(Planned message, Fate fate) {
    verdict.expired++;
    if (fate.isHandled()) verdict.expiredButHandled++;
    long lived = fate.settledMillis - fate.intentMillis;
    if (!message.isShortLived() || lived < message.lifetimeMillis() - EARLY_TOLERANCE_MILLIS) {
      verdict.violation(
          Kind.EXPIRED_EARLY,
          explained(message, fate) + " after " + lived + " ms of " + message.lifetimeMillis());
    }
    long late = lived - message.lifetimeMillis();
    verdict.latestExpiryMillis = Math.max(verdict.latestExpiryMillis, late);
    verdict.latestExpiryAwakeMillis = Math.max(
        verdict.latestExpiryAwakeMillis, Math.min(late, fate.settledMillis - fate.readyMillis));
  }

  private void judgeRefused(Planned message, Fate fate) {
    verdict.refused++;
    String reason = String.valueOf(fate.outcome).split(" ", 2)[0];
    verdict.refusal(reason);
    if (!EXPECTED_REFUSALS.contains(reason)) {
      verdict.violation(Kind.REFUSED, explained(message, fate));
    } else if (fate.isHandled()) {
      verdict.violation(Kind.REFUSED_BUT_HANDLED, explained(message, fate));
    }
  }

  private String explained(Planned message, Fate fate) {
    StringBuilder text = new StringBuilder()
        .append(message.type())
        .append(' ')
        .append(message.number())
        .append(" from node ")
        .append(message.from())
        .append(" to node ")
        .append(message.to())
        .append(" (")
        .append(message.sizeBytes())
        .append(" bytes");
    if (message.givenId() != null) text.append(", id ").append(message.givenId());
    if (message.isShortLived()) text.append(", lives ").append(message.lifetimeMillis() + " ms");
    text.append(')');
    append(text, "intent", message.from(), fate.intentLine);
    append(text, "accepted", message.from(), fate.acceptLine);
    append(text, "ended as " + fate.outcome, message.from(), fate.settledLine);
    append(text, "handled", message.to(), fate.handledLine);
    append(text, "handled again", message.to(), fate.handledAgainLine);
    return text.toString();
  }

  private void append(StringBuilder text, String what, int node, int line) {
    if (line > 0) {
      text.append("; ").append(what).append(" at ").append(ledgers[node].getFileName());
      text.append(':').append(line);
    }
  }

  private static int number(String[] words, int index) {
    return Integer.parseInt(words[index]);
  }
}
