package org.openagi.p2p.messaging.outbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.StoreStats;
import org.openagi.p2p.messaging.StoredMessage;

/**
 * Finds sent messages by their ids, those that wait and those that ended lately. Safe for any thread.
 *
 * <p>A message that goes by its number costs nothing here until somebody asks for it: its id says where it is. Only
 * ids that users gave are kept in a table, and only ends that are not a plain acknowledgement.
 */
public final class SentMessages {
  /** Acknowledged messages with a user's id that are remembered. */
  public static final int MAX_ACKNOWLEDGED_IDS = 4096;

  /** A lane to a recipient. */
  public record Outbox(PeerId recipient, Lane lane, SegmentedLog<OutboxEntry> log) {
    StoredMessage describe(OutboxEntry entry) {
      return new StoredMessage(
          entry.messageId(), recipient, lane, entry.number(), entry, entry.end(), 0);
    }
  }

  private record Waiting(Outbox outbox, OutboxEntry entry) {}

  private final Map<Long, Outbox> byEpoch = new ConcurrentSkipListMap<>();
  private final Map<String, Waiting> givenIds = new ConcurrentHashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<String, StoredMessage> dead = new LinkedHashMap<>();
  private final LinkedHashMap<String, StoredMessage> acknowledged = new LinkedHashMap<>();
  private final Map<Long, Long> forgottenEnds = new ConcurrentHashMap<>();
  private final DeadLetterLimits limits;
  private final LongAdder dropped = new LongAdder();
  private volatile Consumer<StoredMessage> onDropped = letter -> {};
  private long deadBytes;

  /** Knows nothing yet. */
  public SentMessages(DeadLetterLimits limits) {
    this.limits = limits;
  }

  /** As {@link MessageStore#onDeadLetterDropped}. What was dropped before counts no more. */
  public void onDeadLetterDropped(Consumer<StoredMessage> listener) {
    dropped.reset();
    onDropped = listener;
  }

  /** Adds a lane. */
  public void add(Outbox outbox) {
    byEpoch.put(outbox.log().epoch(), outbox);
  }

  /** An entry was appended. */
  public void onAppended(Outbox outbox, OutboxEntry entry) {
    String given = entry.message().givenId();
    if (given != null) givenIds.put(given, new Waiting(outbox, entry));
  }

  /**
   * An entry ended.
   *
   * @param entry null if only its end is remembered
   */
  public void onEnded(
      Outbox outbox,
      String id,
      long number,
      @Nullable OutboxEntry entry,
      Outcome end,
      long epochMillis) {
    boolean isAcknowledged = end.isAcknowledged();
    StoredMessage message = new StoredMessage(
        id,
        outbox.recipient(),
        outbox.lane(),
        number,
        isAcknowledged ? null : entry,
        end,
        epochMillis);
    List<StoredMessage> tooMany = remember(message, isAcknowledged);
    // Not before: who looks for the message meanwhile finds it in one place or the other.
    givenIds.computeIfPresent(id, (same, waiting) -> waiting.entry == entry ? null : waiting);
    for (StoredMessage letter : tooMany) {
      dropped.increment();
      onDropped.accept(letter);
    }
  }

  private List<StoredMessage> remember(StoredMessage message, boolean isAcknowledged) {
    lock.lock();
    try {
      if (!isAcknowledged) return addDead(message);
      acknowledged.remove(message.messageId());
      acknowledged.put(message.messageId(), message);
      if (acknowledged.size() > MAX_ACKNOWLEDGED_IDS) acknowledged.pollFirstEntry();
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  private List<StoredMessage> addDead(StoredMessage message) {
    StoredMessage same = dead.remove(message.messageId());
    if (same != null) forget(same);
    dead.put(message.messageId(), message);
    deadBytes += payloadBytes(message);
    List<StoredMessage> tooMany = new ArrayList<>(1);
    while (dead.size() > limits.letters() || (deadBytes > limits.bytes() && dead.size() > 1)) {
      StoredMessage oldest = dead.pollFirstEntry().getValue();
      forget(oldest);
      tooMany.add(oldest);
    }
    return tooMany;
  }

  private void forget(StoredMessage letter) {
    deadBytes -= payloadBytes(letter);
    for (Outbox outbox : byEpoch.values()) {
      if (outbox.lane() == letter.lane() && outbox.recipient().equals(letter.recipient())) {
        forgottenEnds.merge(outbox.log().epoch(), letter.number() + 1, Math::max);
      }
    }
  }

  private static long payloadBytes(StoredMessage message) {
    OutboxEntry entry = message.entry();
    return entry == null ? 0 : entry.message().payload().length();
  }

  /** Of the numbers below nobody knows whether they were acknowledged. */
  public long forgottenEnd(long epoch) {
    return forgottenEnds.getOrDefault(epoch, 1L);
  }

  /** What an earlier process forgot. */
  public void forgetBelow(long epoch, long end) {
    if (end > 1) forgottenEnds.merge(epoch, end, Math::max);
  }

  /** As {@link MessageStore#dropDeadLetter}; returns what was dropped. */
  public Optional<StoredMessage> dropDeadLetter(String id) {
    lock.lock();
    try {
      StoredMessage letter = dead.remove(id);
      if (letter == null) return Optional.empty();
      forget(letter);
      return Optional.of(letter);
    } finally {
      lock.unlock();
    }
  }

  /** As {@link MessageStore#deadLetters}. */
  public List<StoredMessage> deadLetters() {
    lock.lock();
    try {
      return List.copyOf(dead.values());
    } finally {
      lock.unlock();
    }
  }

  /**
   * What it holds.
   *
   * @param diskBytes as in {@link StoreStats}
   * @param maxDiskBytes as in {@link StoreStats}
   */
  public StoreStats stats(long diskBytes, long maxDiskBytes) {
    lock.lock();
    try {
      return new StoreStats(dead.size(), deadBytes, dropped.sum(), diskBytes, maxDiskBytes);
    } finally {
      lock.unlock();
    }
  }

  /** The acknowledged messages with a user's id that are remembered, the oldest end first. */
  public List<StoredMessage> acknowledgedIds() {
    lock.lock();
    try {
      return List.copyOf(acknowledged.values());
    } finally {
      lock.unlock();
    }
  }

  /** As {@link MessageStore#forEachWaiting}. */
  public void forEachWaiting(Consumer<StoredMessage> action) {
    for (Outbox outbox : byEpoch.values()) {
      outbox.log().forEach(entry -> {
        if (!entry.isEnded()) action.accept(outbox.describe(entry));
      });
    }
  }

  /** As {@link MessageStore#recipientsWaiting}. */
  public List<PeerId> recipientsWaiting() {
    return byEpoch.values().stream()
        .filter(outbox -> outbox.log().isWaiting())
        .map(Outbox::recipient)
        .distinct()
        .sorted()
        .toList();
  }

  /** As {@link MessageStore#find}. */
  public Optional<StoredMessage> find(String id) {
    Waiting waiting = givenIds.get(id);
    if (waiting != null && !waiting.entry.isEnded()) {
      return Optional.of(waiting.outbox.describe(waiting.entry));
    }
    lock.lock();
    try {
      StoredMessage ended = dead.get(id);
      if (ended == null) ended = acknowledged.get(id);
      if (ended != null) return Optional.of(ended);
    } finally {
      lock.unlock();
    }
    // It ends this moment: its end is known, and recorded next.
    if (waiting != null) return Optional.of(waiting.outbox.describe(waiting.entry));
    return LaneNumbering.parse(id).flatMap(place -> findNumber(id, place));
  }

  private Optional<StoredMessage> findNumber(String id, LaneNumbering.Place place) {
    Outbox outbox = byEpoch.get(place.epoch());
    if (outbox == null || outbox.lane() != place.lane()) return Optional.empty();
    long number = place.number();
    // An end is recorded before its entry leaves the log: so the log is looked at first, and what
    // is gone from there has an
    // end that is recorded, or was acknowledged.
    OutboxEntry entry = outbox.log().find(number);
    if (entry != null && !entry.isEnded()) return Optional.of(outbox.describe(entry));
    if (number >= outbox.log().end()) return Optional.empty();
    Optional<StoredMessage> ended = endedAt(outbox, number);
    if (ended.isPresent()) return ended;
    if (entry != null) return Optional.of(outbox.describe(entry));
    if (number < forgottenEnd(place.epoch())) return Optional.empty();
    return Optional.of(new StoredMessage(
        id, outbox.recipient(), outbox.lane(), number, null, Outcome.Acknowledged.INSTANCE, 0));
  }

  /** A message with a user's id also has a number. */
  private Optional<StoredMessage> endedAt(Outbox outbox, long number) {
    return deadLetters().stream()
        .filter(letter -> letter.number() == number
            && letter.lane() == outbox.lane()
            && letter.recipient().equals(outbox.recipient()))
        .findFirst();
  }

  /** Whether an end must be told: it is no acknowledgement, or the message has a user's id. */
  static boolean isRecorded(NetworkMessage message, Outcome end) {
    return !end.isAcknowledged() || message.givenId() != null;
  }
}
