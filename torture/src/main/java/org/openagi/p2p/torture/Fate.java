package org.openagi.p2p.torture;

import org.jspecify.annotations.Nullable;

/** What the ledgers say about one message; numbers of lines are 0 where there is no such line. */
final class Fate {
  /** In place of an outcome: the node that sent it knows the message no more. */
  static final String FORGOTTEN = "forgotten";

  int intentLine;
  long intentMillis;
  int acceptLine;
  int settledLine;
  long settledMillis;

  /** Since when the node that was told the end ran. */
  long readyMillis;

  @Nullable
  String outcome;

  int handledLine;
  int handledBy;
  int handledAgainLine;

  boolean isAccepted() {
    return acceptLine > 0;
  }

  boolean isSettled() {
    return settledLine > 0;
  }

  boolean isHandled() {
    return handledLine > 0;
  }

  boolean isAcknowledged() {
    return "acknowledged".equals(outcome);
  }

  /** Whether the sender gave up or the recipient said that the lifetime was over. */
  boolean isExpired() {
    return outcome != null && (outcome.equals("expired") || outcome.startsWith("EXPIRED"));
  }

  boolean isForgotten() {
    return FORGOTTEN.equals(outcome);
  }

  /** Whether the sender was told a reason why the message is not delivered. */
  boolean isRefused() {
    return isSettled() && !isAcknowledged() && !isExpired() && !isForgotten();
  }
}
