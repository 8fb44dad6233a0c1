package org.openagi.p2p.network.link;

import java.util.EnumMap;
import java.util.Map;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.pace.PaceLane;
import org.openagi.p2p.messaging.parcel.ParcelFallback;
import org.openagi.p2p.messaging.parcel.ParcelSender;
import org.openagi.p2p.messaging.parcel.ParcelSenderListener;

/** What goes to a peer through others, as long as there is no connection to it. Confined to the peer's home. */
final class OutboundParcels implements ParcelSenderListener {
  private static final int LEAST_GRANT_BYTES = 1 << 10;

  private final PeerOutbox outbox;
  private final ParcelSender sender;
  private final ParcelFallback fallback;
  private final Map<Lane, PaceLane> paces = new EnumMap<>(Lane.class);

  OutboundParcels(PeerOutbox outbox, ParcelPost post) {
    this.outbox = outbox;
    this.sender = post.newSender(outbox.peer(), this);
    this.fallback = new ParcelFallback(sender, outbox.service().time());
  }

  ParcelSender sender() {
    return sender;
  }

  void addLane(Lane lane, SendLane engine) {
    sender.addLane(lane, engine);
  }

  /** A connection serves. */
  void onConnected() {
    fallback.onConnected();
    paces.values().forEach(outbox.service().pace()::release);
  }

  /** As {@link ParcelFallback#onAlone}. */
  void onAlone(boolean failed) {
    fallback.onAlone(failed);
  }

  void onIdle() {
    fallback.onIdle();
  }

  /** The way to the peer, or what is known of it, is another one. */
  void onWayChanged() {
    sender.onWayChanged();
  }

  long nextDeadlineNanos() {
    return fallback.nextDeadlineNanos();
  }

  void onTimer() {
    sender.onTimer();
  }

  void close() {
    onConnected();
  }

  // ---- what the sender asks and says ---------------------------------------------------------

  @Override
  public boolean maySend(Lane lane) {
    if (!outbox.pace().isLimited()) return true;
    return outbox.service().pace().request(paceOf(lane), LEAST_GRANT_BYTES) > 0;
  }

  @Override
  public void onSent(Lane lane, int bytes) {
    if (!outbox.pace().isLimited()) return;
    outbox.service().pace().spend(paceOf(lane), bytes);
    outbox.service().pace().release(paceOf(lane));
  }

  private PaceLane paceOf(Lane lane) {
    return paces.computeIfAbsent(
        lane, key -> outbox.pace().addLane(key, () -> outbox.execute(() -> onTurn(key))));
  }

  private void onTurn(Lane lane) {
    sender.pump();
    PaceLane pace = paces.get(lane);
    if (pace != null && !sender.isActive()) outbox.service().pace().release(pace);
    outbox.arm();
  }

  @Override
  public void onCarried(PeerId by) {
    outbox.service().faults().onCarrier(by, true);
  }

  @Override
  public void onLost(PeerId by) {
    outbox.service().faults().onCarrier(by, false);
  }

  @Override
  public void onStage(Lane lane, long first, long end, Stage stage) {
    outbox.service().traces().onStage(outbox.peer(), lane, first, end, stage);
  }
}
