package org.openagi.p2p.overlay.reputation;

/**
 * What scores lead to, in points, and how many are kept.
 *
 * @param trimBelow below it a peer's connections go first
 * @param routeBelow below it a peer is avoided for routes
 * @param refuseBelow below it a peer is cut off
 * @param acceptAbove who was cut off is refused until its score is above this
 * @param maxPeers scores kept, half of them at most of peers below 0
 */
public record ReputationConfig(
    double trimBelow, double routeBelow, double refuseBelow, double acceptAbove, int maxPeers) {
  /** Validates. */
  public ReputationConfig {
    if (!(refuseBelow < acceptAbove
        && acceptAbove <= routeBelow
        && routeBelow <= trimBelow
        && trimBelow <= 0)) {
      throw new IllegalArgumentException(
          "limits must rise and end at 0: refuse below " + refuseBelow + ", accept above "
              + acceptAbove + ", route below " + routeBelow + ", trim below " + trimBelow);
    }
    if (maxPeers < 2)
      throw new IllegalArgumentException("room for " + maxPeers + " peers, at least 2");
  }

  /** Trim below 0, don't route below -15, refuse below -60 until above -30; 4096 peers. */
  public static ReputationConfig defaults() {
    return new ReputationConfig(0, -15, -60, -30, 4096);
  }
}
