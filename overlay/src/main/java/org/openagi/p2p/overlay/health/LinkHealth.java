package org.openagi.p2p.overlay.health;

import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.LinkQuality;

/**
 * Everything measured of a link, and what is thought of it, at one moment. Immutable.
 *
 * @param peer the neighbour
 * @param state what is thought of it
 * @param reason what was measured when it came into that state, and what the limit was
 * @param inStateMicros since when it is in that state, in microseconds before this moment
 * @param rttMicros smoothed round-trip time, in microseconds; 0 if it was never measured
 * @param rttP50Micros median of the last {@link RttWindow#SAMPLES} round trips; 0 as above
 * @param rttP99Micros 99th percentile of the same
 * @param jitterMicros smoothed difference from one round trip to the next
 * @param lossPermille probes of the last {@link LossWindow#OUTCOMES} that were not answered at
 *     all, 0 to 1000; at least 900 while the peer leaves probes unanswered
 * @param bytesInPerSecond received, smoothed over seconds
 * @param bytesOutPerSecond sent, smoothed over seconds
 * @param loadPermille how full the link and the node behind it are: the larger of the two, 0 to 1000
 * @param silentMicros how long nothing was heard of the peer
 */
public record LinkHealth(
    PeerId peer,
    HealthState state,
    String reason,
    long inStateMicros,
    int rttMicros,
    int rttP50Micros,
    int rttP99Micros,
    int jitterMicros,
    int lossPermille,
    long bytesInPerSecond,
    long bytesOutPerSecond,
    int loadPermille,
    long silentMicros) {
  /** The part of it that routes are made of. */
  public LinkQuality quality() {
    return new LinkQuality(rttMicros, lossPermille, loadPermille);
  }
}
