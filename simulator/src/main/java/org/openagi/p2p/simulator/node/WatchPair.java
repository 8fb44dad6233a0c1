package org.openagi.p2p.simulator.node;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.health.HealthEvent;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.overlay.reputation.Standing;

/** Two that see everything. */
record WatchPair(Watch first, Watch second) implements Watch {
  @Override
  public void onSent(SimulatedNode from, PeerId to, OverlayFrame frame, int bodyBytes) {
    first.onSent(from, to, frame, bodyBytes);
    second.onSent(from, to, frame, bodyBytes);
  }

  @Override
  public void onFrame(SimulatedNode at, PeerId from, int type, Bytes body) {
    first.onFrame(at, from, type, body);
    second.onFrame(at, from, type, body);
  }

  @Override
  public void onParcelSent(SimulatedNode from, Parcel parcel) {
    first.onParcelSent(from, parcel);
    second.onParcelSent(from, parcel);
  }

  @Override
  public void onParcelArrived(SimulatedNode at, Parcel parcel) {
    first.onParcelArrived(at, parcel);
    second.onParcelArrived(at, parcel);
  }

  @Override
  public void onHealth(SimulatedNode node, HealthEvent event) {
    first.onHealth(node, event);
    second.onHealth(node, event);
  }

  @Override
  public void onBlame(SimulatedNode node, PeerId culprit, String what) {
    first.onBlame(node, culprit, what);
    second.onBlame(node, culprit, what);
  }

  @Override
  public void onOffence(SimulatedNode victim, PeerId liar, Offence what) {
    first.onOffence(victim, liar, what);
    second.onOffence(victim, liar, what);
  }

  @Override
  public void onStanding(SimulatedNode node, PeerId peer, Standing to, Explanation why) {
    first.onStanding(node, peer, to, why);
    second.onStanding(node, peer, to, why);
  }

  @Override
  public void onBroadcast(SimulatedNode node, BroadcastMessage message, int hops) {
    first.onBroadcast(node, message, hops);
    second.onBroadcast(node, message, hops);
  }

  @Override
  public void onView(SimulatedNode node, boolean entered) {
    first.onView(node, entered);
    second.onView(node, entered);
  }
}
