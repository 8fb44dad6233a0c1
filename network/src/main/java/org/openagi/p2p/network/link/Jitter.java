package org.openagi.p2p.network.link;

import java.util.concurrent.ThreadLocalRandom;

/** Spreads pauses, so that those who lost the same thing at the same moment do not come back at the same moment. */
final class Jitter {
  private Jitter() {}

  /** Between three quarters of a pause and the whole of it. */
  static long of(long nanos) {
    long quarter = nanos / 4;
    return quarter == 0 ? nanos : nanos - ThreadLocalRandom.current().nextLong(quarter + 1);
  }
}
