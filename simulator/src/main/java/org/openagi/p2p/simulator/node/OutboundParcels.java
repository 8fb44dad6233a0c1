package org.openagi.p2p.simulator.node;

import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.parcel.ParcelFallback;
import org.openagi.p2p.messaging.parcel.ParcelSender;
import org.openagi.p2p.messaging.parcel.ParcelSenderListener;
import org.openagi.p2p.overlay.reputation.Cause;

/** What goes to a peer through others as long as there is no connection. */
final class OutboundParcels implements ParcelSenderListener {
  private final Post post;
  private final ParcelSender sender;
  private final ParcelFallback fallback;

  OutboundParcels(Tasks tasks, Post post, PeerId peer) {
    this.post = post;
    this.sender = post.newSender(peer, this);
    this.fallback = new ParcelFallback(sender, tasks.clock());
  }

  ParcelSender sender() {
    return sender;
  }

  ParcelFallback fallback() {
    return fallback;
  }

  @Override
  public boolean maySend(Lane lane) {
    return true;
  }

  @Override
  public void onSent(Lane lane, int bytes) {}

  @Override
  public void onCarried(PeerId by) {
    post.note(by, Cause.USEFUL_PARCEL);
  }

  @Override
  public void onLost(PeerId by) {
    post.note(by, Cause.LOST_PARCEL);
  }

  @Override
  public void onStage(Lane lane, long first, long end, Stage stage) {}
}
