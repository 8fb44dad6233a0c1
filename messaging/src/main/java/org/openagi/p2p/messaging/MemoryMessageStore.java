package org.openagi.p2p.messaging;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.codec.Refusal;
import org.openagi.p2p.messaging.inbox.InboxLog;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.SegmentedLog;
import org.openagi.p2p.messaging.outbox.SentMessageStore;
import org.openagi.p2p.messaging.outbox.SentMessages;

/** Keeps messages as long as the process lives. Safe for any thread. */
public final class MemoryMessageStore extends SentMessageStore {
  /** Senders, lanes and epochs whose settled numbers are remembered; beyond it the oldest is forgotten. */
  static final int MAX_MARKS = 16_384;

  private record InboxKey(PeerId sender, Lane lane, long epoch) {}

  private final RandomGenerator random;
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerId, Map<Lane, MemoryOutbox>> outboxes = new LinkedHashMap<>();
  private final LinkedHashMap<InboxKey, MemoryInbox> inboxes = new LinkedHashMap<>(16, 0.75f, true);

  /** An empty store with the default limits of dead letters. */
  public MemoryMessageStore(RandomGenerator random, TimeSource time) {
    this(random, time, DeadLetterLimits.DEFAULT);
  }

  /**
   * An empty store.
   *
   * @param random for epochs; good enough that two never meet
   * @param time says when messages ended
   */
  public MemoryMessageStore(RandomGenerator random, TimeSource time, DeadLetterLimits deadLetters) {
    super(deadLetters);
    this.random = random;
    this.time = time;
  }

  private final class MemoryOutbox extends SegmentedLog<OutboxEntry> {
    private final SentMessages.Outbox place;

    MemoryOutbox(PeerId recipient, Lane lane) {
      super(random.nextLong());
      place = new SentMessages.Outbox(recipient, lane, this);
      sent().add(place);
    }

    @Override
    public long append(OutboxEntry entry) {
      long number = super.append(entry);
      if (entry.message().givenId() != null) sent().onAppended(place, entry);
      return number;
    }

    @Override
    public void recordEnd(OutboxEntry entry, Outcome end) {
      sent().onEnded(place, entry.messageId(), entry.number(), entry, end, time.epochMillis());
    }
  }

  /** Nothing needs to wait: what is told once is as safe as it gets. */
  private static final class MemoryInbox implements InboxLog {
    private final AtomicLong end = new AtomicLong(1);

    @Override
    public long handledEnd() {
      return end.get();
    }

    @Override
    public long acknowledgedEnd() {
      return end.get();
    }

    @Override
    public long redeliveredEnd() {
      return 1;
    }

    @Override
    public List<Refusal> refusals() {
      return List.of();
    }

    @Override
    public long leasedEnd() {
      return ALL;
    }

    @Override
    public void lease(long wanted) {}

    @Override
    public void onHandled(long handled) {}

    @Override
    public void onRefused(Refusal refusal) {}

    @Override
    public void settle(long settled) {
      end.accumulateAndGet(settled, Math::max);
    }

    @Override
    public long acknowledgeableEnd() {
      return ALL;
    }

    @Override
    public void setWakeUp(Runnable wakeUp) {}
  }

  @Override
  public boolean isDurable() {
    return false;
  }

  @Override
  public OutboxLog<OutboxEntry> outbox(PeerId recipient, Lane lane) {
    lock.lock();
    try {
      return outboxes
          .computeIfAbsent(recipient, r -> new EnumMap<>(Lane.class))
          .computeIfAbsent(lane, l -> new MemoryOutbox(recipient, l));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Outcome.@Nullable Refused reserve(NetworkMessage message) {
    return null;
  }

  @Override
  public InboxLog inbox(PeerId sender, Lane lane, long epoch) {
    lock.lock();
    try {
      MemoryInbox found =
          inboxes.computeIfAbsent(new InboxKey(sender, lane, epoch), k -> new MemoryInbox());
      if (inboxes.size() > MAX_MARKS) inboxes.pollFirstEntry();
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** None: nothing is left of an earlier process. */
  @Override
  public List<String> handledIds(PeerId sender) {
    return List.of();
  }

  @Override
  public void markHandled(PeerId sender, String messageId) {}

  @Override
  public StoreStats stats() {
    return sent().stats(0, 0);
  }

  @Override
  public Optional<StoreReport> verify() {
    return Optional.empty();
  }

  @Override
  public boolean dropDeadLetter(String messageId) {
    return sent().dropDeadLetter(messageId).isPresent();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      outboxes.clear();
      inboxes.clear();
    } finally {
      lock.unlock();
    }
  }
}
