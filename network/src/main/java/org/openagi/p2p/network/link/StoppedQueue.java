package org.openagi.p2p.network.link;

import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.Priority;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.outbox.SendLaneListener;

/** Changes the queue of a node that does not run. Lanes without streams do the work. Safe for any thread. */
final class StoppedQueue implements QueueOwner {
  private static final SendLaneListener NOBODY = new SendLaneListener() {
    @Override
    public void onSettled(List<OutboxEntry> entries) {}

    @Override
    public void onRefused(Refuse refuse) {}
  };

  private final MessageStore store;
  private final PeerId self;
  private final MessageConfig config;
  private final TimeSource time;
  private final OutboxQuota quota =
      new OutboxQuota("this node", null, OutboxQuota.MAX_MESSAGES, OutboxQuota.MAX_BYTES);
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerId, Map<Lane, SendLane>> lanes = new HashMap<>();

  StoppedQueue(MessageStore store, PeerId self, MessageConfig config, TimeSource time) {
    this.store = store;
    this.self = self;
    this.config = config;
    this.time = time;
  }

  private SendLane lane(PeerId recipient, Lane lane) {
    return lanes
        .computeIfAbsent(recipient, r -> new EnumMap<>(Lane.class))
        .computeIfAbsent(lane, l -> {
          OutboxLog<OutboxEntry> log = store.outbox(recipient, l);
          quota.take(log.recoveredEntries(), log.recoveredBytes());
          return new SendLane(
              config.send(),
              self,
              recipient,
              l,
              log,
              quota,
              (text, callback) -> {
                throw new IllegalStateException("a lane without a stream has nothing to sign");
              },
              NOBODY,
              time);
        });
  }

  @Override
  public Optional<MessageWay> way(PeerId recipient) {
    return Optional.empty();
  }

  @Override
  public Delivery submit(PeerId recipient, NetworkMessage message) throws IOException {
    lock.lock();
    try {
      Lane way = Lane.of(message, Priority.NORMAL);
      OutboxLog<OutboxEntry> log = store.outbox(recipient, way);
      OutboxEntry entry = new OutboxEntry(message, new LaneNumbering(log.epoch(), way), 0, null);
      Outcome.Refused noRoom = store.reserve(message);
      if (noRoom != null) return entry.refused(noRoom);
      if (quota.reserve(message.payload().length()) != null) {
        throw new QueueException("more messages wait than a node can hold");
      }
      log.append(entry);
      entry.accepted().get();
      return entry;
    } catch (ExecutionException e) {
      throw new QueueException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueueException("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean giveUp(PeerId recipient, Lane lane, long number, Outcome.Refused reason) {
    lock.lock();
    try {
      return lane(recipient, lane).giveUp(number, reason);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<OutboxEntry> carry(PeerId recipient, Lane lane, long maxBytes) {
    lock.lock();
    try {
      return lane(recipient, lane).carry(maxBytes);
    } finally {
      lock.unlock();
    }
  }
}
