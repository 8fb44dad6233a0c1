package org.openagi.p2p.simulator.check;

import java.util.List;

/**
 * A promise was broken.
 *
 * @param promise which
 * @param what one sentence
 * @param atNanos when it was found, since the beginning
 * @param trace what happened to the nodes involved before, the oldest first
 */
public record Finding(Promise promise, String what, long atNanos, List<String> trace) {
  /** Copies. */
  public Finding {
    trace = List.copyOf(trace);
  }
}
