package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/**
 * The disk's side of a journal: group commits, new segments, the end of old ones. Confined to the disk's thread but for
 * its queues and what it publishes.
 *
 * <p>The order within a group matters. Marks and settled ends are looked at first, then the queues of refusals, ends and
 * ids are emptied and written, then the marks are: so a mark is never kept without what was told before it.
 */
final class JournalWriter {
  /** Bytes of entries after which a group ends, so that nobody waits too long for the first of them. */
  private static final int MAX_GROUP_BYTES = 4 << 20;

  /** Segments from which on stragglers are moved out of the oldest. */
  private static final int COMPACT_FROM = 4;

  /** Something to be written in the next group. */
  @FunctionalInterface
  interface Note {
    void writeTo(JournalRecords records) throws IOException;
  }

  private final JournalMessageStore store;
  private final JournalConfig config;
  private final TimeSource time;
  private final Consumer<Runnable> observers;
  private final JournalListener listener;
  private final SegmentChain chain;
  private final JournalRecords records;

  private final ConcurrentLinkedQueue<JournalLog> dirty = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Note> notes = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<JournalInbox> forgotten = new ConcurrentLinkedQueue<>();
  private volatile Outcome.@Nullable Refused failure;
  private volatile long bytesUsed;
  private volatile boolean urgent;

  private final Map<Integer, JournalOutbox> outboxes = new LinkedHashMap<>();
  private final Map<Integer, JournalInbox> inboxes = new LinkedHashMap<>();
  private final List<JournalOutbox> dirtyOutboxes = new ArrayList<>();
  private final List<JournalInbox> dirtyInboxes = new ArrayList<>();
  private final List<Runnable> tell = new ArrayList<>();
  private final Map<String, Long> lettersAt = new HashMap<>();
  private long[] settledSeen = new long[16];
  private int nextCompaction = COMPACT_FROM;
  private long written;
  private int idsInGroup;
  private boolean closed;

  JournalWriter(
      JournalMessageStore store,
      JournalDisk disk,
      JournalConfig config,
      RandomGenerator random,
      TimeSource time,
      Consumer<Runnable> observers,
      JournalListener listener) {
    this.store = store;
    this.config = config;
    this.time = time;
    this.observers = observers;
    this.listener = listener;
    this.chain = new SegmentChain(disk, config, random, time, this::snapshot);
    this.records = new JournalRecords(chain);
  }

  /** Takes over what was recovered and begins a segment of this process. */
  void start(
      JournalRecovery recovery, Collection<JournalOutbox> known, Collection<JournalInbox> lanes)
      throws IOException {
    for (JournalOutbox outbox : known) outboxes.put(outbox.id(), outbox);
    for (JournalInbox inbox : lanes) inboxes.put(inbox.place().id(), inbox);
    for (JournalOutbox outbox : known) outbox.declare();
    for (JournalInbox inbox : lanes) inbox.declare();
    Segment last = recovery.segments.isEmpty() ? null : recovery.segments.getLast();
    for (Segment segment : recovery.segments) chain.adopt(segment, segment == last);
    if (last != null && recovery.tornBytes > 0) {
      listener.onTailCut(last.name(), last.end, recovery.tornBytes);
    }
    chain.start(1);
    records.restart();
    if (recovery.renumbered) rewriteAll();
    chain.endGroup(true);
    dropSettled();
    bytesUsed = chain.bytesUsed();
  }

  private void rewriteAll() throws IOException {
    for (JournalOutbox outbox : outboxes.values()) {
      for (var cursor = outbox.cursor();
          cursor.number() < outbox.recoveredEnd();
          cursor.advance()) {
        OutboxEntry entry = cursor.peek();
        if (entry != null && !entry.isEnded())
          writeEntry(outbox, entry, entry.deadlineEpochMillis());
      }
    }
  }

  // ---- any thread ----

  void enqueue(JournalLog log) {
    dirty.add(log);
  }

  void later(Note note) {
    notes.add(note);
  }

  void forget(JournalInbox inbox) {
    forgotten.add(inbox);
  }

  void laterHandledId(PeerId sender, String id) {
    later(to -> {
      to.handledId(sender, id);
      idsInGroup++;
    });
  }

  Outcome.@Nullable Refused failure() {
    return failure;
  }

  long bytesUsed() {
    return bytesUsed;
  }

  List<JournalCheck.Part> parts() {
    return chain.parts();
  }

  /** What was queued before this call can't wait. */
  void hurry() {
    urgent = true;
  }

  boolean hasUrgentWork() {
    return urgent;
  }

  boolean hasWork() {
    return !dirty.isEmpty() || !notes.isEmpty();
  }

  // ---- the disk's thread ----

  boolean work() {
    urgent = false; // before the queues are looked at
    if (!hasWork()) return false;
    collect();
    Outcome.Refused failed = failure;
    if (failed == null) {
      try {
        commit();
        return true;
      } catch (IOException | RuntimeException | Error e) { // after any nobody knows what is written
        failed = fail(e);
      }
    }
    notes.clear();
    for (JournalOutbox outbox : dirtyOutboxes) outbox.fail(failed, tell::add);
    tellObservers();
    return true;
  }

  private Outcome.Refused fail(Throwable cause) {
    Outcome.Refused reason = new Outcome.Refused(
        RefusalReason.STORAGE_FAILED,
        "the journal's disk failed: " + cause.getMessage()
            + "; nothing is accepted until a restart");
    failure = reason;
    listener.onFailed(reason.detail());
    store.onFailed();
    return reason;
  }

  private void collect() {
    dirtyOutboxes.clear();
    dirtyInboxes.clear();
    JournalLog log;
    while ((log = dirty.poll()) != null) {
      log.clean();
      switch (log) {
        case JournalOutbox outbox -> dirtyOutboxes.add(outbox);
        case JournalInbox inbox -> dirtyInboxes.add(inbox);
      }
    }
    JournalInbox old;
    while ((old = forgotten.poll()) != null) inboxes.remove(old.place().id());
  }

  private void commit() throws IOException {
    boolean force = sample();
    writeNotes();
    force |= writeEntries();
    writeMarks();
    chain.endGroup(force);
    store.board().onIdsWritten(idsInGroup);
    idsInGroup = 0;
    for (JournalOutbox outbox : dirtyOutboxes) outbox.publish(tell::add);
    for (JournalInbox inbox : dirtyInboxes) inbox.publish();
    tellObservers();
    chain.prepareAhead();
    tidy();
    bytesUsed = chain.bytesUsed();
    store.onWritten(written);
    written = 0;
  }

  private boolean sample() throws IOException {
    boolean force = false;
    for (JournalInbox inbox : dirtyInboxes) {
      inbox.sample();
      force |= inbox.isAwaited();
      declare(inbox);
      for (var refusal = inbox.pollRefusal(); refusal != null; refusal = inbox.pollRefusal()) {
        records.refused(inbox.place().id(), refusal);
      }
    }
    if (settledSeen.length < dirtyOutboxes.size()) {
      settledSeen = Arrays.copyOf(settledSeen, 2 * dirtyOutboxes.size());
    }
    for (int i = 0; i < dirtyOutboxes.size(); i++) {
      settledSeen[i] = dirtyOutboxes.get(i).firstUnsettled();
      declare(dirtyOutboxes.get(i));
    }
    return force;
  }

  private void declare(JournalInbox inbox) throws IOException {
    if (inbox.isDeclared()) return;
    records.inbox(inbox.place(), 1, 1, 1);
    inbox.declare();
    inboxes.put(inbox.place().id(), inbox);
  }

  private void declare(JournalOutbox outbox) throws IOException {
    if (outbox.isDeclared()) return;
    records.outbox(outbox.place(), outbox.id(), 1, 1, 1);
    outbox.declare();
    outboxes.put(outbox.id(), outbox);
  }

  private void writeNotes() throws IOException {
    Note note;
    while ((note = notes.poll()) != null) note.writeTo(records);
  }

  private boolean writeEntries() throws IOException {
    long now = time.epochMillis();
    long limit = chain.bytesUsed() + MAX_GROUP_BYTES;
    boolean any = false;
    for (JournalOutbox outbox : dirtyOutboxes) {
      OutboxEntry entry;
      while (chain.bytesUsed() < limit && (entry = outbox.pollUnwritten()) != null) {
        entry.stamp(now);
        long lifetime = entry.lifetimeMillis();
        writeEntry(outbox, entry, now + (lifetime == 0 ? config.lifetime().toMillis() : lifetime));
        written += JournalRecords.maxBytes(entry.message());
        any = true;
      }
      if (chain.bytesUsed() >= limit) outbox.touch();
    }
    return any;
  }

  private void writeEntry(JournalOutbox outbox, OutboxEntry entry, long deadline)
      throws IOException {
    records.entry(outbox.id(), outbox.recipientName(), entry, deadline);
    chain.active().holds(outbox.id(), entry.number());
  }

  private void writeMarks() throws IOException {
    for (int i = 0; i < dirtyOutboxes.size(); i++) {
      JournalOutbox outbox = dirtyOutboxes.get(i);
      if (outbox.writesSettled(settledSeen[i])) records.settled(outbox.id(), settledSeen[i]);
    }
    for (JournalInbox inbox : dirtyInboxes) {
      int id = inbox.place().id();
      if (inbox.writesMark()) records.mark(id, inbox.handledSeen(), inbox.settledSeen());
      if (inbox.writesLease()) records.lease(id, inbox.leaseSeen());
    }
  }

  private void tellObservers() {
    for (Runnable each : tell) observers.accept(each);
    tell.clear();
  }

  /** All but the entries, as written so far: what the next segment begins with. */
  private List<byte[]> snapshot() {
    List<byte[]> all = new ArrayList<>();
    JournalRecords to = new JournalRecords((record, rest, from, length) -> {
      byte[] copy = Arrays.copyOf(record.array(), record.length() + length);
      System.arraycopy(rest, from, copy, record.length(), length);
      all.add(copy);
    });
    try {
      for (JournalOutbox outbox : outboxes.values()) {
        to.outbox(
            outbox.place(),
            outbox.id(),
            outbox.writtenEnd(),
            Math.min(outbox.settledWritten(), outbox.writtenEnd()),
            store.forgottenEnd(outbox));
      }
      for (JournalInbox inbox : inboxes.values()) inbox.snapshot(to);
      for (var each : store.allHandledIds().entrySet()) {
        for (String id : each.getValue()) to.handledId(each.getKey(), id);
      }
      for (StoredMessage end : store.endsToKeep()) {
        JournalOutbox outbox = outboxOf(end);
        Outcome outcome = end.end();
        if (outbox == null || outcome == null) continue;
        to.ended(outbox.id(), end.number(), end.messageId(), outcome, end.endedAtMillis());
      }
    } catch (IOException e) {
      throw new IllegalStateException("collecting in memory never fails", e);
    }
    return all;
  }

  private @Nullable JournalOutbox outboxOf(StoredMessage message) {
    JournalOutbox outbox = store.known(message.recipient(), message.lane());
    return outbox != null && outbox.isDeclared() ? outbox : null;
  }

  /** Lets go of segments that nobody needs any more, and moves the last few messages out of an old one. */
  private void tidy() throws IOException {
    dropSettled();
    boolean crowded = chain.bytesUsed() > config.quotaBytes() / 2;
    if (chain.count() < nextCompaction && !(crowded && chain.count() >= COMPACT_FROM)) return;
    Compaction compaction = new Compaction(chain.oldest(), outboxes);
    int limit = (int) (chain.oldest().end / (crowded ? 2 : 4));
    if (compaction.liveBytes() > limit) {
      nextCompaction = chain.count() + 2;
      return;
    }
    nextCompaction = COMPACT_FROM;
    String name = chain.oldest().name();
    compaction.copyTo(records, chain);
    dropOldest();
    listener.onCompacted(name, compaction.liveEntries(), compaction.liveBytes());
  }

  private void dropSettled() throws IOException {
    while (chain.count() > 1 && isSettled(chain.oldest())) dropOldest();
  }

  private boolean isSettled(Segment segment) {
    for (var each : segment.lastNumbers.entrySet()) {
      JournalOutbox outbox = outboxes.get(each.getKey());
      if (outbox != null && each.getValue() >= outbox.settledWritten()) return false;
    }
    return true;
  }

  /** Dead letters stay: their messages are written anew before the segment that has them goes. */
  private void dropOldest() throws IOException {
    Segment oldest = chain.oldest();
    writeNotes();
    for (StoredMessage letter : store.deadLetters()) {
      OutboxEntry entry = letter.entry();
      JournalOutbox outbox = outboxOf(letter);
      Outcome end = letter.end();
      if (entry == null || outbox == null || end == null) continue;
      if (!isIn(oldest, outbox, letter)) continue;
      records.dead(
          outbox.id(),
          outbox.recipientName(),
          entry,
          letter.messageId(),
          end,
          letter.endedAtMillis());
      lettersAt.put(letter.messageId(), chain.active().header.id());
    }
    chain.endGroup(true);
    chain.dropOldest();
    lettersAt.values().removeIf(id -> id <= oldest.header.id());
  }

  private boolean isIn(Segment segment, JournalOutbox outbox, StoredMessage letter) {
    Long at = lettersAt.get(letter.messageId());
    if (at != null) return at == segment.header.id();
    return letter.number() <= segment.lastNumbers.getOrDefault(outbox.id(), 0L);
  }

  void close() {
    if (closed) return;
    closed = true;
    while (work()) {}
    try {
      if (failure == null) chain.finish();
    } catch (IOException e) {
      fail(e);
    } finally {
      try {
        chain.closeFiles();
      } catch (IOException e) {
        listener.onFailed("closing the journal: " + e.getMessage());
      }
    }
  }
}
