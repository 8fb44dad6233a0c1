package org.openagi.p2p.simulator.node;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.health.HealthEvent;
import org.openagi.p2p.overlay.relay.Parcel;

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

  /** A message to everyone reached a node. */
  default void onBroadcast(SimulatedNode node, BroadcastMessage message, int hops) {}

  /** A neighbour entered the view of a node, or left it. */
  default void onView(SimulatedNode node, boolean entered) {}
}
