package org.openagi.p2p.simulator.net;

/**
 * What the network is like at the moment.
 *
 * @param latencyFactor how much longer everything takes than by distance alone, 1 or more
 * @param jitter mean of the random part of a delay, as a part of the delay by distance
 * @param loss part of the segments that are lost and sent again, 0 to 1
 */
public record Weather(double latencyFactor, double jitter, double loss) {
  /** A good day. */
  public static final Weather FAIR = new Weather(1, 0.05, 0.0005);
}
