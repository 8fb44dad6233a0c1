package org.openagi.p2p.network.link;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.Priority;
import org.openagi.p2p.messaging.RefusalReason;
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
  /** A log with what its messages are called, and whether it says itself when there is something to read. */
  private record Numbered(OutboxLog<OutboxEntry> log, LaneNumbering numbering, boolean wakes) {}

  /** What overtakes may fill this part of the outbox: little, so that it has something to overtake. */
  static final int EXPRESS_SHARE = 16;

  private final MessageService service;
  private final PeerId peer;
  private final OutboxQuota quota;
  private final OutboundPace.Peer pace;
  private final OutboxQuota expressQuota;
  private final RoomQueue room;
  private final AtomicReferenceArray<@Nullable Numbered> logs =
      new AtomicReferenceArray<>(Lane.COUNT);
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
  private boolean dialing;
  private long redialAtNanos;
  private boolean dialPausing;
  private int dialFailures;
  private @Nullable OutboundParcels parcels;

  PeerOutbox(MessageService service, PeerId peer, OutboxQuota total) {
    this.service = service;
    this.peer = peer;
    this.home = service.control();
    this.timer = new DeadlineTimer(service.time(), this::execute, this::onTimer);
    this.pace = service.pace().addPeer(service.config().bytesPerSecondPerPeer());
    this.quota = new OutboxQuota(
        peer.shortString(),
        total,
        service.config().maxMessagesPerPeer(),
        service.config().maxBytesPerPeer());
    this.expressQuota = new OutboxQuota(
        peer.shortString() + " for priority " + Priority.HIGH,
        quota,
        Math.max(1, service.config().maxMessagesPerPeer() / EXPRESS_SHARE),
        Math.max(1, service.config().maxBytesPerPeer() / EXPRESS_SHARE));
    this.room = new RoomQueue(service.waitingForRoom());
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
    return lane == Lane.EXPRESS ? expressQuota : quota;
  }

  EventExecutor home() {
    return home;
  }

  long nanoTime() {
    return service.time().nanoTime();
  }

  // ---- any thread ----

  OutboxEntry submit(NetworkMessage message, DeliveryOptions options) {
    Lane lane = Lane.of(message, options.priority());
    OutboxEntry entry = entryOf(lane, message, options);
    Outcome.Refused refused = room.waiting() > 0 ? behindOthers() : append(lane, entry, options);
    return refused == null ? entry : service.refuse(entry, refused, options.listener());
  }

  /** As {@link #submit}, but waits for room, at most for the message's lifetime. */
  OutboxEntry submitAwaiting(NetworkMessage message, DeliveryOptions options)
      throws InterruptedException {
    Lane lane = Lane.of(message, options.priority());
    OutboxEntry entry = entryOf(lane, message, options);
    Outcome.Refused refused = room.waiting() > 0 ? behindOthers() : append(lane, entry, options);
    if (isFull(refused) && quotaOf(lane).couldHold(message.payload().length())) {
      refused = awaitRoom(lane, entry, options);
    }
    return refused == null ? entry : service.refuse(entry, refused, options.listener());
  }

  private Outcome.@Nullable Refused awaitRoom(Lane lane, OutboxEntry entry, DeliveryOptions options)
      throws InterruptedException {
    Duration given = options.lifetime();
    Duration lifetime = given == null ? service.config().send().lifetime() : given;
    AtomicReference<Outcome.@Nullable Refused> last = new AtomicReference<>();
    RoomQueue.End end = room.await(
        () -> {
          Outcome.Refused refused = append(lane, entry, options);
          last.set(refused);
          return !isFull(refused);
        },
        lifetime.toNanos());
    return switch (end) {
      case DONE -> last.get();
      case CROWDED -> behindOthers();
      case TIMEOUT ->
        new Outcome.Refused(
            RefusalReason.QUEUE_FULL,
            "outbox of " + peer.shortString() + " had no room within " + lifetime.toMillis()
                + " ms");
    };
  }

  private static boolean isFull(Outcome.@Nullable Refused refused) {
    return refused != null && refused.reason() == RefusalReason.QUEUE_FULL;
  }

  private Outcome.Refused behindOthers() {
    return new Outcome.Refused(
        RefusalReason.QUEUE_FULL,
        "outbox of " + peer.shortString() + " is full, and " + room.waiting() + " of "
            + RoomQueue.MAX_WAITING + " callers wait for room");
  }

  private OutboxEntry entryOf(Lane lane, NetworkMessage message, DeliveryOptions options) {
    OutboxEntry entry = new OutboxEntry(
        message, numbered(lane).numbering, options.lifetimeMillis(), options.listener());
    return options.onlyWhileConnected() ? entry.tiedToConnection() : entry;
  }

  /** Null if the entry is in the outbox now. */
  private Outcome.@Nullable Refused append(Lane lane, OutboxEntry entry, DeliveryOptions options) {
    if (closed) return new Outcome.Refused(RefusalReason.CLOSED, "node is shutting down");
    if (options.onlyWhileConnected() && !isConnected()) {
      return new Outcome.Refused(
          RefusalReason.NOT_CONNECTED, peer.shortString() + " is not connected");
    }
    String full = quotaOf(lane).reserve(entry.message().payload().length());
    if (full != null) return new Outcome.Refused(RefusalReason.QUEUE_FULL, full);
    Outcome.Refused noSpace = service.store().reserve(entry.message());
    if (noSpace != null) {
      quotaOf(lane).release(1, entry.message().payload().length());
      return noSpace;
    }
    Numbered numbered = numbered(lane);
    numbered.log.append(entry);
    if (!numbered.wakes) wake();
    return null;
  }

  private boolean isConnected() {
    return service.host().connections(peer).stream().anyMatch(Connection::isOpen);
  }

  /** There may be room for those who wait for it. */
  void signalRoom() {
    room.signal();
  }

  /** Takes up what an earlier process left. */
  void resume() {
    for (Lane lane : Lane.values()) numbered(lane);
    wake();
  }

  private Numbered numbered(Lane lane) {
    Numbered found = logs.get(lane.number());
    if (found != null) return found;
    OutboxLog<OutboxEntry> log = service.store().outbox(peer, lane);
    boolean wakes = log.onReadable(this::wake);
    Numbered made = new Numbered(log, new LaneNumbering(log.epoch(), lane), wakes);
    Numbered other = logs.compareAndExchange(lane.number(), null, made);
    if (other != null) return other;
    quotaOf(lane).take(log.recoveredEntries(), log.recoveredBytes());
    return made;
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
    if (waiting && connection == null) dial();
    runParcels(waiting);
    arm();
  }

  /** Others carry what no connection does. */
  private void runParcels(boolean waiting) {
    if (connection != null) {
      if (parcels != null) parcels.onConnected();
    } else if (waiting) {
      OutboundParcels through = parcels();
      if (through != null) through.onAlone(dialFailures > 0 || !service.config().dial());
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
    Numbered numbered = logs.get(number);
    if (numbered == null) return null;
    OutboundLane made = new OutboundLane(this, Lane.ofNumber(number), numbered.log);
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
    if (next != null) {
      dialPausing = false;
      dialFailures = 0;
    }
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

  private void dial() {
    if (dialing || closed || !service.config().dial()) return;
    if (dialPausing && nanoTime() - redialAtNanos < 0) return;
    dialPausing = false;
    dialing = true;
    service
        .host()
        .connect(peer, java.util.List.of())
        .whenComplete((connected, failure) -> execute(() -> {
          dialing = false;
          if (failure != null) pauseDialing();
          run();
        }));
  }

  private void pauseDialing() {
    var send = service.config().send();
    long pause = Math.min(
        send.retryMax().toNanos(), send.retryMin().toNanos() << Math.min(dialFailures, 20));
    dialFailures++;
    dialPausing = true;
    redialAtNanos = nanoTime() + Jitter.of(pause);
  }

  /** A connection to the peer came or went. Any thread. */
  void onConnectionsChanged() {
    connectionsChanged = true;
    wake();
  }

  /** Sets the timer to the earliest deadline. */
  void arm() {
    long due = dialPausing && connection == null && !isIdle() ? redialAtNanos : SendLane.NEVER;
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
    numbered(lane);
    OutboundLane from = laneOf(lane.number());
    return from != null && from.giveUp(number, reason);
  }

  /** As {@link SendLane#carry}. */
  List<OutboxEntry> carry(Lane lane, long maxBytes) {
    numbered(lane);
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
    room.signal();
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
    return quota.messages() == 0;
  }
}
