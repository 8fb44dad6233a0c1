package org.openagi.p2p.network.link;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
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
import org.openagi.p2p.net.Connection;

/** Accepts messages for one peer into the logs of its lanes, waits for room for them, or refuses them. Safe for any thread. */
final class Acceptance {
  /** A log with what its messages are called, and whether it says itself when there is something to read. */
  private record Numbered(OutboxLog<OutboxEntry> log, LaneNumbering numbering, boolean wakes) {}

  /** What overtakes may fill this part of the outbox: little, so that it has something to overtake. */
  static final int EXPRESS_SHARE = 16;

  private final MessageService service;
  private final PeerId peer;
  private final Runnable onReadable;
  private final OutboxQuota quota;
  private final OutboxQuota expressQuota;
  private final RoomQueue room;
  private final AtomicReferenceArray<@Nullable Numbered> logs =
      new AtomicReferenceArray<>(Lane.COUNT);
  private volatile boolean closed;

  /**
   * Without messages.
   *
   * @param total the quota of all peers together
   * @param onReadable is told, on any thread, that a log has more to be read
   */
  Acceptance(MessageService service, PeerId peer, OutboxQuota total, Runnable onReadable) {
    this.service = service;
    this.peer = peer;
    this.onReadable = onReadable;
    MessageConfig.OutboxLimits limits = service.config().outbox();
    this.quota =
        new OutboxQuota(peer.shortString(), total, limits.messagesPerPeer(), limits.bytesPerPeer());
    this.expressQuota = new OutboxQuota(
        peer.shortString() + " for priority " + Priority.HIGH,
        quota,
        Math.max(1, limits.messagesPerPeer() / EXPRESS_SHARE),
        Math.max(1, limits.bytesPerPeer() / EXPRESS_SHARE));
    this.room = new RoomQueue(service.waitingForRoom());
  }

  OutboxQuota quotaOf(Lane lane) {
    return lane == Lane.EXPRESS ? expressQuota : quota;
  }

  /** Whether nothing waits to be settled. */
  boolean isEmpty() {
    return quota.messages() == 0;
  }

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
    if (!numbered.wakes) onReadable.run();
    return null;
  }

  private boolean isConnected() {
    return service.host().connections(peer).stream().anyMatch(Connection::isOpen);
  }

  /** There may be room for those who wait for it. */
  void signalRoom() {
    room.signal();
  }

  /** Refuses from now on, also those who wait. */
  void close() {
    closed = true;
    room.signal();
  }

  /** The log of a lane, opened if it was not. */
  OutboxLog<OutboxEntry> open(Lane lane) {
    return numbered(lane).log;
  }

  /** The log of a lane if anything ever opened it. */
  @Nullable
  OutboxLog<OutboxEntry> opened(Lane lane) {
    Numbered found = logs.get(lane.number());
    return found == null ? null : found.log;
  }

  private Numbered numbered(Lane lane) {
    Numbered found = logs.get(lane.number());
    if (found != null) return found;
    OutboxLog<OutboxEntry> log = service.store().outbox(peer, lane);
    boolean wakes = log.onReadable(onReadable);
    Numbered made = new Numbered(log, new LaneNumbering(log.epoch(), lane), wakes);
    Numbered other = logs.compareAndExchange(lane.number(), null, made);
    if (other != null) return other;
    quotaOf(lane).take(log.recoveredEntries(), log.recoveredBytes());
    return made;
  }
}
