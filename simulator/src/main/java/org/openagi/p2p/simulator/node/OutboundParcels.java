package org.openagi.p2p.simulator.node;

import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.parcel.ParcelSender;
import org.openagi.p2p.messaging.parcel.ParcelSenderListener;

/** What goes to a peer through others as long as there is no connection, as {@code network.link} decides it. */
final class OutboundParcels implements ParcelSenderListener {
  private static final long PATIENCE_NANOS = 500_000_000L;

  private final Tasks tasks;
  private final ParcelSender sender;
  private long aloneSinceNanos;
  private boolean alone;

  OutboundParcels(Tasks tasks, Post post, PeerId peer) {
    this.tasks = tasks;
    this.sender = post.newSender(peer, this);
  }

  ParcelSender sender() {
    return sender;
  }

  void addLane(Lane lane, SendLane engine) {
    sender.addLane(lane, engine);
  }

  void onConnected() {
    alone = false;
    if (sender.isActive()) sender.stop();
  }

  /** There is no connection, and messages wait. */
  void onAlone(boolean dialFailed) {
    long now = tasks.nanoTime();
    if (!alone) aloneSinceNanos = now;
    alone = true;
    if (sender.isActive()) sender.pump();
    else if (dialFailed || now - aloneSinceNanos >= PATIENCE_NANOS) sender.start();
  }

  void onIdle() {
    if (!sender.isActive()) alone = false;
  }

  long nextDeadlineNanos() {
    if (sender.isActive()) return sender.nextDeadlineNanos();
    return alone ? aloneSinceNanos + PATIENCE_NANOS : ParcelSender.NEVER;
  }

  @Override
  public boolean maySend(Lane lane) {
    return true;
  }

  @Override
  public void onSent(Lane lane, int bytes) {}

  @Override
  public void onStage(Lane lane, long first, long end, Stage stage) {}
}
