package org.openagi.p2p.messaging;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.SegmentedLog;

/** Keeps messages as long as the process lives. Safe for any thread. */
public final class MemoryMessageStore implements MessageStore {
  /** Senders, lanes and epochs whose settled numbers are remembered; beyond it the oldest is forgotten. */
  static final int MAX_MARKS = 16_384;

  private record InboxKey(PeerId sender, Lane lane, long epoch) {}

  private final RandomGenerator random;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerId, Map<Lane, SegmentedLog<OutboxEntry>>> outboxes = new LinkedHashMap<>();
  private final LinkedHashMap<InboxKey, Long> marks = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * An empty store.
   *
   * @param random for epochs; good enough that two never meet
   */
  public MemoryMessageStore(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public OutboxLog<OutboxEntry> outbox(PeerId recipient, Lane lane) {
    lock.lock();
    try {
      return outboxes
          .computeIfAbsent(recipient, r -> new EnumMap<>(Lane.class))
          .computeIfAbsent(lane, l -> new SegmentedLog<>(random.nextLong()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<PeerId> recipientsWaiting() {
    lock.lock();
    try {
      return outboxes.entrySet().stream()
          .filter(e -> e.getValue().values().stream().anyMatch(SegmentedLog::isWaiting))
          .map(Map.Entry::getKey)
          .sorted()
          .toList();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void markHandled(PeerId sender, Lane lane, long epoch, long settled) {
    lock.lock();
    try {
      marks.merge(new InboxKey(sender, lane, epoch), settled, Math::max);
      if (marks.size() > MAX_MARKS) marks.pollFirstEntry();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long handled(PeerId sender, Lane lane, long epoch) {
    lock.lock();
    try {
      return marks.getOrDefault(new InboxKey(sender, lane, epoch), 0L);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      outboxes.clear();
      marks.clear();
    } finally {
      lock.unlock();
    }
  }
}
