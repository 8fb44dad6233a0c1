package org.openagi.p2p.messaging.outbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
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
  private long deadBytes;

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
   * @return dead letters that were forgotten for it
   */
  public List<StoredMessage> onEnded(
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
    List<StoredMessage> forgotten = remember(message, isAcknowledged);
    // Not before: who looks for the message meanwhile finds it in one place or the other.
    givenIds.computeIfPresent(id, (same, waiting) -> waiting.entry == entry ? null : waiting);
    return forgotten;
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
    List<StoredMessage> forgotten = new ArrayList<>(1);
    StoredMessage same = dead.remove(message.messageId());
    if (same != null) forget(same, forgotten);
    dead.put(message.messageId(), message);
    deadBytes += payloadBytes(message);
    while (dead.size() > MessageStore.MAX_DEAD_LETTERS
        || (deadBytes > MessageStore.MAX_DEAD_LETTER_BYTES && dead.size() > 1)) {
      forget(dead.pollFirstEntry().getValue(), forgotten);
    }
    return forgotten;
  }

  private void forget(StoredMessage letter, List<StoredMessage> forgotten) {
    deadBytes -= payloadBytes(letter);
    forgotten.add(letter);
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
      StoredMessage dropped = dead.remove(id);
      if (dropped == null) return Optional.empty();
      forget(dropped, new ArrayList<>(1));
      return Optional.of(dropped);
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
