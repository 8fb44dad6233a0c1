package org.openagi.p2p.network.link;

import org.openagi.p2p.messaging.parcel.ParcelReceiveCounters;
import org.openagi.p2p.messaging.parcel.ParcelSendCounters;

/**
 * What was sent and received through other nodes.
 *
 * @param sent by this node
 * @param received by this node
 * @param dropped for lack of room between the courier and this node's receiver
 */
public record ParcelStats(
    ParcelSendCounters.Stats sent, ParcelReceiveCounters.Stats received, long dropped) {
  /** Nothing was. */
  public static final ParcelStats ZERO = new ParcelStats(
      new ParcelSendCounters().snapshot(), new ParcelReceiveCounters().snapshot(), 0);
}
