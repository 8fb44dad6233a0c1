package org.openagi.p2p.simulator.check;

import java.util.Locale;

/** What the network promises, as the checkers see it. */
public enum Promise {
  /** What was accepted is delivered, or its end is reported. */
  NO_SILENT_LOSS,
  /** A handler sees a message once, unless a process died over it; then it is marked. */
  NO_DUPLICATES,
  /** In order for each sender, recipient and lane. */
  IN_ORDER,
  /** It comes from whom it says, as it was sent, and to whom it was meant for. */
  AUTHENTIC,
  /** Nobody on the way can read it. */
  CONFIDENTIAL,
  /** Tables and queues stay within their bounds. */
  BOUNDED,
  /** Acknowledged means that the recipient handled it, refused that it did not. */
  HONEST,
  /** No honest node breaks a rule of a protocol towards another. */
  CORRECT,
  /** What can be connected is connected. */
  CONNECTED,
  /** A broadcast reaches everybody once. */
  BROADCAST,
  /** Nothing goes round in circles. */
  NO_LOOPS,
  /** In the end everybody knows a way to everybody, and no wrong one. */
  ROUTES,
  /** Who lies is found out and harms nobody's delivery. */
  JUST;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
