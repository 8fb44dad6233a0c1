package org.openagi.p2p.simulator.node;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.health.HealthEvent;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.overlay.reputation.Standing;

/** Sees what happens on all nodes: for checkers and counters. */
public interface Watch {
  /** Looks away. */
  Watch NOTHING = new Watch() {};

  /** A node of the overlay sends a frame. */
  default void onSent(SimulatedNode from, PeerId to, OverlayFrame frame, int bodyBytes) {}

  /** A frame arrived. */
  default void onFrame(SimulatedNode at, PeerId from, int type, Bytes body) {}

  /** The message layer of a node gives a parcel to the overlay. */
  default void onParcelSent(SimulatedNode from, Parcel parcel) {}

  /** A parcel reached the message layer of its recipient. */
  default void onParcelArrived(SimulatedNode at, Parcel parcel) {}

  /** A node noticed something of its links. */
  default void onHealth(SimulatedNode node, HealthEvent event) {}

  /** A node found that another broke a rule. */
  default void onBlame(SimulatedNode node, PeerId culprit, String what) {}

  /** A frame by which a neighbour breaks rules reached a node. */
  default void onOffence(SimulatedNode victim, PeerId liar, Offence what) {}

  /** What follows from what a node thinks of another changed. */
  default void onStanding(SimulatedNode node, PeerId peer, Standing to, Explanation why) {}

  /** A message to everyone reached a node. */
  default void onBroadcast(SimulatedNode node, BroadcastMessage message, int hops) {}

  /** A neighbour entered the view of a node, or left it. */
  default void onView(SimulatedNode node, boolean entered) {}

  /** Both see everything, this one first. */
  default Watch and(Watch other) {
    return new WatchPair(this, other);
  }
}
