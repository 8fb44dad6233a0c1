package org.openagi.p2p.simulator.node;

import io.netty.buffer.ByteBufAllocator;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.parcel.ParcelConfig;
import org.openagi.p2p.messaging.parcel.ParcelPort;
import org.openagi.p2p.messaging.parcel.ParcelReceiveCounters;
import org.openagi.p2p.messaging.parcel.ParcelReceiver;
import org.openagi.p2p.messaging.parcel.ParcelReceiverListener;
import org.openagi.p2p.messaging.parcel.ParcelSeal;
import org.openagi.p2p.messaging.parcel.ParcelSendCounters;
import org.openagi.p2p.messaging.parcel.ParcelSender;
import org.openagi.p2p.messaging.parcel.ParcelSenderListener;
import org.openagi.p2p.messaging.parcel.Prekeys;
import org.openagi.p2p.messaging.parcel.Receipt;
import org.openagi.p2p.messaging.parcel.Underway;
import org.openagi.p2p.messaging.parcel.Way;
import org.openagi.p2p.overlay.relay.Courier;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.ParcelRefusal;
import org.openagi.p2p.overlay.relay.Reach;
import org.openagi.p2p.overlay.reputation.Cause;
import org.openagi.p2p.simulator.net.Alarm;

/**
 * Joins the parcels of a process to its overlay: what {@code network.link.ParcelPost} is on a real network. Seals and signatures
 * are real here, since what relays can read is looked at.
 */
final class Post implements ParcelPort, ParcelReceiverListener, Courier.Listener {
  private static final long KEY_CHECK_NANOS = Duration.ofMinutes(10).toNanos();

  private final SimulatedNode node;
  private final MessageLayer layer;
  private final OverlayRunner runner;
  private final Prekeys prekeys;
  private final ParcelSeal seal;
  private final ParcelConfig config = ParcelConfig.defaults();
  private final ParcelSendCounters sent = new ParcelSendCounters();
  private final ParcelReceiver receiver;
  private final Alarm alarm;
  private final Underway underway = new Underway();
  private Bytes ownSealKey = Bytes.EMPTY;

  Post(SimulatedNode node, MessageLayer layer, OverlayRunner runner, SecureRandom secrets) {
    this.node = node;
    this.layer = layer;
    this.runner = runner;
    this.prekeys = node.prekeys(secrets);
    this.seal =
        new ParcelSeal(node.hostKey(), node.ports().hpke(CryptoProvider.best().hpke()));
    this.alarm = layer.tasks().alarm(this::onTimer);
    this.receiver = new ParcelReceiver(
        config,
        layer.inbox(),
        prekeys,
        seal,
        this,
        this,
        new ParcelReceiveCounters(),
        layer.random(),
        layer.time(),
        ByteBufAllocator.DEFAULT);
    runner.overlay().relay().setListener(this);
    checkKeys();
  }

  private void checkKeys() {
    if (prekeys.rotate(layer.time().epochMillis())) node.storePrekeys(prekeys.encode());
    ownSealKey = prekeys.announcement();
    runner.run(() -> runner.overlay().relay().announceSealKey(ownSealKey));
    layer.tasks().after(KEY_CHECK_NANOS, this::checkKeys);
  }

  /** A sender for a peer. */
  ParcelSender newSender(PeerId peer, ParcelSenderListener listener) {
    return new ParcelSender(
        config,
        peer,
        seal,
        this,
        listener,
        sent,
        layer.resources().encoder(),
        layer.resources().zstd(),
        layer.random(),
        layer.time());
  }

  /** What a neighbour did with a parcel speaks for or against it. */
  void note(PeerId by, Cause cause) {
    runner.run(() -> runner.overlay().note(by, cause, layer.time().nanoTime()));
  }

  // ---- what senders and the receiver ask for ----

  @Override
  public Way way(PeerId peer) {
    Courier courier = runner.overlay().relay();
    return new Way(courier.reach(peer), courier.sealKey(peer).orElse(null));
  }

  @Override
  public Bytes ownSealKey() {
    return ownSealKey;
  }

  @Override
  public void send(Parcel parcel, @Nullable PeerId avoid) {
    layer.tasks().after(SimulatedCrypto.SIGN_NANOS, () -> {
      underway.add(parcel);
      node.watch().onParcelSent(node, parcel);
      runner.run(() -> runner.overlay().relay().send(parcel, avoid));
    });
  }

  // ---- what the courier tells, never from within another call ----

  @Override
  public void onParcel(PeerId by, Parcel parcel) {
    layer.tasks().after(SimulatedCrypto.VERIFY_NANOS, () -> {
      node.watch().onParcelArrived(node, parcel);
      receiver.onParcel(parcel);
      arm();
    });
  }

  @Override
  public void onTaken(Bytes parcelId, PeerId by) {
    tell(parcelId, sender -> sender.onTaken(parcelId, by));
  }

  @Override
  public void onRefused(Bytes parcelId, PeerId by, ParcelRefusal why) {
    tell(parcelId, sender -> sender.onRefused(parcelId, by, why));
  }

  private void tell(Bytes parcelId, Consumer<ParcelSender> what) {
    underway
        .recipient(parcelId)
        .ifPresent(to -> layer.tasks().after(0, () -> layer.toParcels(to, what)));
  }

  @Override
  public void onReachChanged(PeerId peer, Reach reach) {
    layer.tasks().after(0, () -> {
      layer.onWayChanged(peer);
      receiver.onWayChanged(peer);
      arm();
    });
  }

  // ---- what the receiver tells ----

  @Override
  public void wake() {
    layer.tasks().after(0, () -> {
      receiver.onWake();
      arm();
    });
  }

  @Override
  public void onReceipt(PeerId from, Receipt receipt) {
    layer.toParcels(from, sender -> {
      try {
        sender.onReceipt(receipt);
      } catch (ProtocolViolationException e) {
        layer.onViolation(from, e);
      }
    });
  }

  @Override
  public void onViolation(PeerId sender, ProtocolViolationException cause) {
    layer.onViolation(sender, cause);
  }

  private void onTimer() {
    receiver.onTimer();
    arm();
  }

  private void arm() {
    alarm.arm(receiver.nextDeadlineNanos());
  }
}
