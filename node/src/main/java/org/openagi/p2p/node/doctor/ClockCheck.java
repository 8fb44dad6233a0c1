package org.openagi.p2p.node.doctor;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.Values;

/**
 * Whether the clocks of this node and its peers agree, as far as that can be told: what nodes say of their links is dated, and
 * a node does not take what is dated too late or too early. Whose clock is wrong cannot be told from here.
 */
public final class ClockCheck {
  private static final String STEP = "clock";
  private static final long PAUSE_MILLIS = 250;

  private ClockCheck() {}

  /**
   * Looks at what the node refused since its start.
   *
   * @param patience how long to wait for something dated, if nothing came yet
   */
  public static Finding of(ApiClient node, Duration patience)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      Finding now = judge(node.get("/api/v1/stats").values().object("overlay").object("linkState"));
      if (now.verdict() != Finding.Verdict.UNKNOWN || System.nanoTime() >= end) return now;
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }

  /** Judges the counters of the link state. */
  static Finding judge(Values linkState) {
    Values refused = linkState.object("refused");
    long early = refused.whole("FUTURE_DATED");
    long late = refused.whole("EXPIRED");
    String remedy = "timedatectl on both machines; let both follow NTP";
    if (early > 0) {
      return Finding.bad(
          STEP,
          "CLOCK_OFF",
          early + " statements of peers are dated more than ten minutes from now: this machine's"
              + " clock is behind, or that of a peer ahead",
          remedy);
    }
    if (late > 0 && late >= linkState.whole("accepted")) {
      return Finding.bad(
          STEP,
          "CLOCK_OFF",
          late + " statements of peers had expired when they came, and "
              + linkState.whole("accepted")
              + " had not: this machine's clock is ahead, or that of a peer behind",
          remedy);
    }
    return linkState.whole("accepted") > 0
        ? Finding.good(
            STEP, linkState.whole("accepted") + " statements of peers are dated as they should be")
        : Finding.unknown(
            STEP, "no peer has said anything that is dated; clocks cannot be compared");
  }
}
