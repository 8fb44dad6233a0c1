package org.openagi.p2p.overlay;

/**
 * How well a link does, as far as it was measured.
 *
 * @param rttMicros smoothed round-trip time in microseconds, 0 if it was never measured
 * @param lossPermille part of the probes that went unanswered or of the bytes that were sent again, 0 to 1000
 * @param loadPermille how full the link is: 0 idle, 1000 it can take no more
 */
public record LinkQuality(int rttMicros, int lossPermille, int loadPermille) {
  /** Nothing is known. */
  public static final LinkQuality UNKNOWN = new LinkQuality(0, 0, 0);
}
