package org.openagi.p2p.simulator.node;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.outbox.SendLaneListener;
import org.openagi.p2p.messaging.parcel.ParcelSender;
import org.openagi.p2p.simulator.net.Alarm;
import org.openagi.p2p.simulator.net.Connection;
import org.openagi.p2p.simulator.net.MessageStream;

/** What goes to one peer: its lanes, their streams, and the way from one connection to the next. */
final class OutboundPeer {
  private static final int MAX_PAUSE_SHIFT = 20;

  private final MessageLayer layer;
  private final PeerId peer;
  private final OutboxQuota quota;
  private final @Nullable LaneOut[] lanes = new LaneOut[Lane.COUNT];
  private final Alarm alarm;
  private @Nullable OutboundParcels parcels;
  private @Nullable Connection connection;
  private boolean awake;
  private boolean dialing;
  private boolean dialPausing;
  private long redialNanos;
  private int dialFailures;

  OutboundPeer(MessageLayer layer, PeerId peer) {
    this.layer = layer;
    this.peer = peer;
    this.quota = new OutboxQuota(
        peer.shortString(), layer.quota(), layer.config().maxMessagesPerPeer(), 128L << 20);
    this.alarm = layer.tasks().alarm(this::onTimer);
  }

  PeerId peer() {
    return peer;
  }

  OutboxEntry submit(NetworkMessage message, DeliveryOptions options) {
    LaneOut lane = laneOf(Lane.of(message, options.priority()));
    OutboxEntry entry =
        new OutboxEntry(message, lane.numbering, options.lifetimeMillis(), options.listener());
    if (options.onlyWhileConnected()) {
      if (layer.peers().connectionTo(peer) == null) {
        return entry.refused(new Outcome.Refused(
            RefusalReason.NOT_CONNECTED, peer.shortString() + " is not connected"));
      }
      entry.tiedToConnection();
    }
    String full = quota.reserve(message.payload().length());
    if (full != null) return entry.refused(new Outcome.Refused(RefusalReason.QUEUE_FULL, full));
    Outcome.Refused noSpace = layer.store().reserve(message);
    if (noSpace != null) {
      quota.release(1, message.payload().length());
      return entry.refused(noSpace);
    }
    lane.log.append(entry);
    wake();
    return entry;
  }

  /** Takes up what an earlier process left. */
  void resume() {
    for (Lane lane : Lane.values()) laneOf(lane);
    wake();
  }

  private LaneOut laneOf(Lane lane) {
    LaneOut found = lanes[lane.number()];
    if (found != null) return found;
    LaneOut made = new LaneOut(lane, layer.store().outbox(peer, lane));
    lanes[lane.number()] = made;
    if (parcels != null) parcels.sender().addLane(lane, made.engine);
    made.log.onReadable(this::wake);
    quota.take(made.log.recoveredEntries(), made.log.recoveredBytes());
    return made;
  }

  /** Makes sure that {@link #run} is run after this. */
  void wake() {
    if (awake) return;
    awake = true;
    layer.tasks().after(0, this::run);
  }

  private void run() {
    awake = false;
    Connection now = layer.peers().connectionTo(peer);
    if (now != connection) {
      detachLanes();
      connection = now;
      if (now != null) {
        dialPausing = false;
        dialFailures = 0;
      }
    }
    boolean waits = false;
    for (LaneOut lane : lanes) {
      if (lane != null) waits |= lane.run();
    }
    if (waits && connection == null) dial();
    runParcels(waits);
    arm();
  }

  /** Others carry what no connection does. */
  private void runParcels(boolean waits) {
    if (connection != null) {
      if (parcels != null) parcels.fallback().onConnected();
    } else if (waits) {
      OutboundParcels through = parcels();
      if (through != null) through.fallback().onAlone(dialFailures > 0);
    } else if (parcels != null) {
      parcels.fallback().onIdle();
    }
  }

  private @Nullable OutboundParcels parcels() {
    Post post = layer.post();
    if (parcels != null || post == null) return parcels;
    OutboundParcels made = new OutboundParcels(layer.tasks(), post, peer);
    for (Lane lane : Lane.values()) {
      LaneOut known = lanes[lane.number()];
      if (known != null) made.sender().addLane(lane, known.engine);
    }
    parcels = made;
    return made;
  }

  /** Something about parcels to this peer is to be told. */
  void toParcels(Consumer<ParcelSender> what) {
    OutboundParcels through = parcels();
    if (through == null) return;
    what.accept(through.sender());
    arm();
  }

  /** The way to this peer through others changed. */
  void onWayChanged() {
    if (parcels == null) return;
    parcels.sender().onWayChanged();
    arm();
  }

  private void detachLanes() {
    for (LaneOut lane : lanes) if (lane != null) lane.leave(0);
  }

  private void dial() {
    long now = layer.tasks().nanoTime();
    if (dialing || (dialPausing && now < redialNanos)) return;
    dialPausing = false;
    dialing = true;
    layer.peers().dial(peer, () -> {
      dialing = false;
      if (layer.peers().connectionTo(peer) == null) {
        dialPausing = true;
        redialNanos = layer.tasks().nanoTime() + pauseNanos(dialFailures++);
      }
      run();
    });
  }

  /** As the node itself pauses: doubling, with chance in it. */
  private long pauseNanos(int failures) {
    var send = layer.config().send();
    long pause = Math.min(
        send.retryMax().toNanos(),
        send.retryMin().toNanos() << Math.min(failures, MAX_PAUSE_SHIFT));
    return pause / 2 + layer.random().nextLong(pause / 2 + 1);
  }

  private void arm() {
    for (LaneOut lane : lanes) {
      if (lane == null) continue;
      if (dialPausing && connection == null && !lane.engine.isIdle()) alarm.arm(redialNanos);
      alarm.arm(lane.nextDeadlineNanos());
    }
    if (parcels != null) alarm.arm(parcels.fallback().nextDeadlineNanos());
  }

  private void onTimer() {
    long now = layer.tasks().nanoTime();
    for (LaneOut lane : lanes) if (lane != null) lane.onTimer(now);
    if (parcels != null) parcels.sender().onTimer();
    run();
  }

  /** One lane and the stream it uses. */
  private final class LaneOut implements SendLaneListener, MessageStream.Listener {
    private final OutboxLog<OutboxEntry> log;
    private final LaneNumbering numbering;
    private final SendLane engine;
    private MessageStream.@Nullable End stream;
    private boolean pausing;
    private long retryNanos;
    private int failures;

    LaneOut(Lane lane, OutboxLog<OutboxEntry> log) {
      this.log = log;
      this.numbering = new LaneNumbering(log.epoch(), lane);
      this.engine = new SendLane(
          layer.config().send(),
          layer.self(),
          peer,
          lane,
          log,
          quota,
          layer.signer(),
          this,
          layer.time());
    }

    /** Returns whether something waits. */
    boolean run() {
      Connection to = connection;
      if (to == null) engine.onDisconnected();
      engine.pump();
      if (pausing && layer.tasks().nanoTime() >= retryNanos) pausing = false;
      boolean idle = engine.isIdle();
      if (!idle && stream == null && to != null && !pausing) open(to);
      return !idle;
    }

    private void open(Connection to) {
      MessageStream.End made = layer.openStream(to);
      made.setListener(this);
      stream = made;
      engine.attach(made, layer.resources());
    }

    /** Lets go of the stream; the next one may be opened after so many failures. */
    void leave(int failed) {
      MessageStream.End old = stream;
      stream = null;
      engine.detach();
      if (old != null) old.reset();
      failures = failed;
      pausing = failed > 0;
      if (pausing) retryNanos = layer.tasks().nanoTime() + pauseNanos(failed - 1);
    }

    long nextDeadlineNanos() {
      long next = engine.nextDeadlineNanos();
      return pausing ? Math.min(next, retryNanos) : next;
    }

    void onTimer(long nowNanos) {
      if (nowNanos >= engine.nextDeadlineNanos()) engine.onTimer();
    }

    @Override
    public void onData(ByteBuf data) {
      try {
        engine.onBytes(data);
        failures = 0;
        arm();
      } catch (ProtocolViolationException e) {
        layer.onViolation(peer, e);
        leave(failures + 1);
        wake();
      }
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {
      engine.onWritable();
      arm();
    }

    @Override
    public void onRemoteClosed() {
      onClosed();
    }

    @Override
    public void onClosed() {
      if (stream == null) return;
      leave(failures + 1);
      wake();
    }

    @Override
    public void onSettled(List<OutboxEntry> entries) {
      layer.tasks().after(0, () -> tell(entries));
    }

    private void tell(List<OutboxEntry> entries) {
      for (OutboxEntry entry : entries) {
        quota.release(1, entry.message().payload().length());
        entry.tellObservers();
      }
    }

    @Override
    public void onRefused(Refuse refuse) {
      int failed = failures + 1;
      leave(failed);
      boolean forGood =
          refuse.code() == Refuse.UNSUPPORTED_VERSION || refuse.code() == Refuse.BAD_LANE;
      if (forGood) {
        engine.refuseAll(new Outcome.Refused(RefusalReason.NO_PROTOCOL, refuse.text()));
      }
      wake();
    }
  }
}
