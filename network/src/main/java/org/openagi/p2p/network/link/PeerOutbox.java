package org.openagi.p2p.network.link;

import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.outbox.SendResources;
import org.openagi.p2p.messaging.outbox.SendStats;
import org.openagi.p2p.messaging.parcel.ParcelSender;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.protocols.liveness.LinkState;

/**
 * What goes to one peer. {@link #submit} and {@link #wake} are safe for any thread; everything else is
 * confined to the home executor, which is the event loop of the connection in use, or the service's thread.
 *
 * <p>The home moves only on the home itself: a task that finds itself elsewhere posts itself on.
 */
final class PeerOutbox implements PathStream.Home {
  private final MessageService service;
  private final PeerId peer;
  private final OutboundPace.Peer pace;
  private final Acceptance acceptance;
  private final AtomicBoolean awake = new AtomicBoolean();
  private volatile EventExecutor home;
  private volatile boolean closed;
  private volatile boolean connectionsChanged = true;

  private final AtomicReferenceArray<@Nullable OutboundLane> lanes =
      new AtomicReferenceArray<>(Lane.COUNT); // written at home
  private @Nullable Connection connection;
  private final DeadlineTimer timer;
  private final Routes routes = new Routes();
  private boolean bonded;
  private final Redial redial;
  private @Nullable OutboundParcels parcels;

  PeerOutbox(MessageService service, PeerId peer, OutboxQuota total) {
    this.service = service;
    this.peer = peer;
    this.home = service.control();
    this.timer = new DeadlineTimer(service.time(), this::execute, this::onTimer);
    this.pace = service.pace().addPeer(service.config().pace().bytesPerSecondPerPeer());
    this.acceptance = new Acceptance(service, peer, total, this::wake);
    this.redial = new Redial(service, peer, this);
  }

  PeerId peer() {
    return peer;
  }

  MessageService service() {
    return service;
  }

  /** Its part of the node's budget of bytes. */
  OutboundPace.Peer pace() {
    return pace;
  }

  OutboxQuota quotaOf(Lane lane) {
    return acceptance.quotaOf(lane);
  }

  EventExecutor home() {
    return home;
  }

  long nanoTime() {
    return service.time().nanoTime();
  }

  // ---- any thread ----

  OutboxEntry submit(NetworkMessage message, DeliveryOptions options) {
    return acceptance.submit(message, options);
  }

  OutboxEntry submitAwaiting(NetworkMessage message, DeliveryOptions options)
      throws InterruptedException {
    return acceptance.submitAwaiting(message, options);
  }

  /** There may be room for those who wait for it. */
  void signalRoom() {
    acceptance.signalRoom();
  }

  /** Takes up what an earlier process left. */
  void resume() {
    for (Lane lane : Lane.values()) acceptance.open(lane);
    wake();
  }

  /** Makes sure that {@link #run} is run after this. */
  void wake() {
    if (!awake.get() && awake.compareAndSet(false, true)) execute(this::run);
  }

  /** Runs a task at home. */
  @Override
  public void execute(Runnable task) {
    EventExecutor at = home;
    try {
      at.execute(() -> {
        if (isAtHome()) task.run();
        else execute(task);
      });
    } catch (RejectedExecutionException loopEnded) {
      // The host stopped under us: nothing can be sent any more. The service's thread outlives it.
      if (at != service.control()) {
        home = service.control();
        execute(task);
      }
    }
  }

  SendStats stats() {
    SendStats sum = SendStats.ZERO;
    for (int i = 0; i < Lane.COUNT; i++) {
      OutboundLane lane = lanes.get(i);
      if (lane != null) sum = sum.plus(lane.stats());
    }
    return sum;
  }

  // ---- at home ----

  boolean isAtHome() {
    return home.inEventLoop();
  }

  @Override
  public boolean isHere() {
    return isAtHome();
  }

  /** The connections that may be shared. */
  Routes routes() {
    return routes;
  }

  /** Whether lanes go over all of them. */
  boolean isBonded() {
    return bonded;
  }

  /** The peer does not know bonds. */
  void onBondRefused() {
    routes.onRefused();
    wake();
  }

  SendResources resources() {
    return service.resourcesOf(home);
  }

  private void run() {
    awake.set(false);
    if (closed) {
      closeLanes(); // of what was not durable when the lanes were closed
      return;
    }
    boolean waiting = false;
    if (connectionsChanged) {
      connectionsChanged = false;
      routes.update(service.host().connections(peer));
    }
    if (!hasUsableConnection()) useAnother();
    if (bonded != routes.areShared() && isAtHome()) shareOrNot();
    if (!isAtHome()) {
      wake();
      return;
    }
    for (int i = 0; i < Lane.COUNT; i++) {
      OutboundLane lane = laneOf(i);
      if (lane == null) continue;
      if (connection == null) lane.onDisconnected();
      lane.run(connection);
      waiting |= !lane.isIdle();
    }
    if (waiting && connection == null && !closed) redial.connect(this::run);
    runParcels(waiting);
    arm();
  }

  /** Others carry what no connection does. */
  private void runParcels(boolean waiting) {
    if (connection != null) {
      if (parcels != null) parcels.onConnected();
    } else if (waiting) {
      OutboundParcels through = parcels();
      if (through != null) through.onAlone(redial.isInVain());
    } else if (parcels != null) {
      parcels.onIdle();
    }
  }

  private @Nullable OutboundParcels parcels() {
    ParcelPost post = service.post();
    if (post == null || closed) return null;
    OutboundParcels made = parcels;
    if (made == null) {
      made = new OutboundParcels(this, post);
      parcels = made;
      for (int i = 0; i < Lane.COUNT; i++) {
        OutboundLane lane = lanes.getPlain(i);
        if (lane != null) made.addLane(Lane.ofNumber(i), lane.engine());
      }
    }
    return made;
  }

  /** Something about parcels to this peer is to be told. Any thread. */
  void toParcels(Consumer<ParcelSender> what) {
    execute(() -> {
      for (int i = 0; i < Lane.COUNT; i++) laneOf(i);
      OutboundParcels through = parcels();
      if (through == null) return;
      what.accept(through.sender());
      arm();
    });
  }

  /** The way to this peer through others changed. Any thread. */
  void onWayChanged() {
    execute(() -> {
      OutboundParcels through = parcels;
      if (through == null) return;
      through.onWayChanged();
      arm();
    });
  }

  private @Nullable OutboundLane laneOf(int number) {
    OutboundLane found = lanes.getPlain(number);
    if (found != null) return found;
    Lane lane = Lane.ofNumber(number);
    OutboxLog<OutboxEntry> log = acceptance.opened(lane);
    if (log == null) return null;
    OutboundLane made = new OutboundLane(this, lane, log);
    lanes.set(number, made);
    if (parcels != null) parcels.addLane(made.lane(), made.engine());
    return made;
  }

  /** One that may be dead is used as long as there is no better one. */
  private boolean hasUsableConnection() {
    Connection current = connection;
    if (current == null || !current.isOpen()) return false;
    return current.health() == LinkState.HEALTHY
        || service.host().connections(peer).stream()
            .noneMatch(each -> each.isOpen() && each.health() == LinkState.HEALTHY);
  }

  /** Takes the preferred connection there is and moves to its event loop. */
  private void useAnother() {
    Connection next = null;
    for (Connection candidate : service.host().connections(peer)) {
      if (candidate.isOpen()) {
        next = candidate;
        break;
      }
    }
    if (connection == null && next == null) return;
    boolean stays = bonded && next != null; // bonds leave the paths of lost connections themselves
    if (!stays) detachLanes();
    connection = next;
    if (stays) return;
    if (next != null) redial.onConnected();
    moveTo(next == null || closed ? service.control() : next.executor());
  }

  private void detachLanes() {
    bonded = false;
    for (int i = 0; i < Lane.COUNT; i++) {
      OutboundLane lane = lanes.getPlain(i);
      if (lane != null) lane.detach();
    }
  }

  /**
   * Several connections are shared as soon as they are there. Lanes that were shared stay so over the one that is left
   * until there is nothing to send: then they go back to streams of their own, which cost a little less.
   */
  private void shareOrNot() {
    if (connection == null) return;
    if (!bonded) {
      detachLanes();
      bonded = true;
    } else if (routes.areRefused() || isIdle()) {
      detachLanes();
      moveTo(connection.executor());
    }
  }

  private void moveTo(EventExecutor next) {
    if (home == next) return;
    timer.cancel();
    home = next;
  }

  /** A connection to the peer came or went. Any thread. */
  void onConnectionsChanged() {
    connectionsChanged = true;
    wake();
  }

  /** Sets the timer to the earliest deadline. */
  void arm() {
    long due = connection == null && !isIdle() ? redial.nextNanos() : DeadlineTimer.NEVER;
    for (int i = 0; i < Lane.COUNT; i++) {
      OutboundLane lane = lanes.getPlain(i);
      if (lane != null) due = Math.min(due, lane.nextDeadlineNanos());
    }
    if (parcels != null) due = Math.min(due, parcels.nextDeadlineNanos());
    timer.set(home, due);
  }

  private boolean isIdle() {
    for (int i = 0; i < Lane.COUNT; i++) {
      OutboundLane lane = lanes.getPlain(i);
      if (lane != null && !lane.isIdle()) return false;
    }
    return true;
  }

  private void onTimer() {
    long now = nanoTime();
    for (int i = 0; i < Lane.COUNT; i++) {
      OutboundLane lane = lanes.getPlain(i);
      if (lane != null) lane.onTimer(now);
    }
    if (parcels != null) parcels.onTimer();
    run();
  }

  /** Gives one message up. Returns false if it does not wait here. */
  boolean giveUp(Lane lane, long number, Outcome.Refused reason) {
    acceptance.open(lane);
    OutboundLane from = laneOf(lane.number());
    return from != null && from.giveUp(number, reason);
  }

  /** As {@link SendLane#carry}. */
  List<OutboxEntry> carry(Lane lane, long maxBytes) {
    acceptance.open(lane);
    OutboundLane from = laneOf(lane.number());
    return from == null ? List.of() : from.carry(maxBytes);
  }

  void onViolation(ProtocolViolationException cause) {
    Connection current = connection;
    if (current != null) service.faults().onViolation(current, cause);
  }

  void onTold(OutboxEntry entry) {
    service.onTold(peer, entry);
  }

  /** Refuses what is left, or leaves it for the next process, and lets go of the streams. */
  void close() {
    closed = true;
    acceptance.close();
    execute(this::closeLanes);
  }

  private void closeLanes() {
    for (int i = 0; i < Lane.COUNT; i++) {
      OutboundLane lane = laneOf(i);
      if (lane == null) continue;
      lane.close();
      lane.finish();
    }
    if (parcels != null) parcels.close();
    timer.cancel();
  }

  /** Whether nothing waits to be settled. Any thread. */
  boolean isDone() {
    return acceptance.isEmpty();
  }
}
