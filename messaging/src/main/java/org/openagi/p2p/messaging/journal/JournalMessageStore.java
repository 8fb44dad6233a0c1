package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.StoreReport;
import org.openagi.p2p.messaging.StoreStats;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.inbox.InboxLog;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.SentMessageStore;

/**
 * Keeps messages in a journal. Safe for any thread, but for {@link #work} and {@link #close}, which belong to the disk's
 * thread: it calls {@code work} until nothing is left to do and then waits until it is woken.
 *
 * <p>A group commit writes and forces everything that arrived during the one before, so a lone message waits for one
 * write, and many share it. The first failure of the disk ends all acceptance: what waits is refused with {@link
 * RefusalReason#STORAGE_FAILED}, what was durable before is still sent.
 *
 * @see "docs/wire/journal.md"
 */
public final class JournalMessageStore extends SentMessageStore {
  /** Lanes of senders that are remembered; beyond it the least recently used is forgotten. */
  static final int MAX_INBOXES = 16_384;

  /** Users' ids of handled messages remembered in all; beyond it the sender heard longest ago loses its oldest. */
  static final int MAX_IDS = 65_536;

  private static final String BOARD = "board";

  private record InboxKey(PeerId sender, Lane lane, long epoch) {}

  private final JournalConfig config;
  private final RandomGenerator random;
  private final TimeSource time;
  private final JournalWriter writer;
  private final HandledBoard board;
  private final AtomicLong reserved = new AtomicLong();
  private final Supplier<JournalView> view;
  private final Runnable wakeUp;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerId, Map<Lane, JournalOutbox>> outboxes = new ConcurrentHashMap<>();
  private final LinkedHashMap<InboxKey, JournalInbox> inboxes =
      new LinkedHashMap<>(16, 0.75f, true);
  private final LinkedHashMap<PeerId, LinkedHashSet<String>> handledIds =
      new LinkedHashMap<>(16, 0.75f, true);
  private int idCount;
  private int lastId;

  private JournalMessageStore(
      JournalDisk disk,
      JournalConfig config,
      RandomGenerator random,
      TimeSource time,
      Consumer<Runnable> observers,
      JournalListener listener,
      Runnable wakeUp)
      throws IOException {
    super(config.deadLetters());
    this.config = config;
    this.random = random;
    this.time = time;
    this.wakeUp = wakeUp;
    this.board = new HandledBoard(disk.sharedMemory(BOARD, HandledBoard.BYTES));
    this.view = disk::view;
    this.writer = new JournalWriter(this, disk, config, random, time, observers, listener);
  }

  /**
   * Opens the journal in a folder, or begins one, and repairs a torn end.
   *
   * @param random for epochs and salts; good enough that two never meet
   * @param observers runs what users hung on {@code accepted()}
   * @param wakeUp makes the disk's thread call {@link #work}, at once if {@link #hasUrgentWork}, else some milliseconds
   *     later; called on any thread
   * @throws JournalDamagedException if the journal holds what it cannot hold, naming file and offset; nothing was changed
   */
  public static JournalMessageStore open(
      JournalDisk disk,
      JournalConfig config,
      RandomGenerator random,
      TimeSource time,
      Consumer<Runnable> observers,
      JournalListener listener,
      Runnable wakeUp)
      throws IOException {
    JournalRecovery recovery = new JournalRecovery(disk, config.deadLetters());
    try {
      recovery.run();
      JournalMessageStore store =
          new JournalMessageStore(disk, config, random, time, observers, listener, wakeUp);
      store.load(recovery);
      return store;
    } catch (IOException | RuntimeException e) {
      recovery.close();
      throw e;
    }
  }

  /**
   * Reads a journal that nobody works with from end to end, and changes nothing.
   *
   * @throws IOException if the folder cannot be read
   */
  public static StoreReport verify(JournalView files, DeadLetterLimits deadLetters)
      throws IOException {
    return JournalCheck.ofStopped(files, deadLetters);
  }

  private void load(JournalRecovery recovery) throws IOException {
    JournalImage image = recovery.image;
    image.restart();
    lastId = image.lastId();
    if (!recovery.segments.isEmpty() && !recovery.clean) {
      SegmentHeader last = recovery.segments.getLast().header;
      boolean lostPower = config.bootId() == 0 || last.bootId() != config.bootId();
      if (!last.forced() && lostPower) {
        image.renumber(random);
        recovery.renumbered = true;
      }
    }
    Map<Integer, JournalOutbox> byId = new LinkedHashMap<>();
    for (var each : image.outboxes.entrySet()) {
      OutboxImage outbox = each.getValue();
      String tooWide = outbox.tooWide(each.getKey());
      if (tooWide != null) {
        throw new JournalDamagedException(recovery.segments.getLast().name(), 0, tooWide);
      }
      JournalOutbox made = add(new JournalOutbox(this, each.getKey(), outbox));
      byId.put(each.getKey(), made);
      sent().forgetBelow(made.epoch(), outbox.forgottenEnd);
    }
    if (board.isOf(config.bootId())) readBoard(image);
    for (JournalImage.InboxImage each : image.inboxes.values()) {
      JournalInbox made = new JournalInbox(
          this, each.place, each.handledEnd, each.settledEnd, each.leasedEnd, each.refusals);
      add(made);
    }
    handledIds.putAll(image.handledIds);
    for (LinkedHashSet<String> ids : handledIds.values()) idCount += ids.size();
    for (JournalImage.EndImage each : image.ends()) {
      JournalRecords.End end = each.end();
      JournalOutbox of = byId.get(each.outbox());
      if (of == null) continue;
      OutboxEntry entry = each.entry();
      if (entry != null) entry.ended(end.outcome());
      sent()
          .onEnded(
              of.place(), end.messageId(), end.number(), entry, end.outcome(), end.epochMillis());
    }
    writer.start(recovery, byId.values(), inboxes.values());
    board.reset(config.bootId());
    for (JournalInbox inbox : inboxes.values()) board.claim(inbox.place(), inbox.handledEnd());
  }

  /** What handlers did after the last group was written. Nothing beyond a lease was handed over, so more is no truth. */
  private void readBoard(JournalImage image) {
    for (JournalImage.InboxImage inbox : image.inboxes.values()) {
      long end = Math.min(board.end(inbox.place), inbox.leasedEnd);
      inbox.handledEnd = Math.max(inbox.handledEnd, end);
    }
    for (HandledBoard.HandledId id : board.ids()) image.onHandledId(id.sender(), id.id());
  }

  private JournalOutbox add(JournalOutbox made) {
    outboxes
        .computeIfAbsent(made.recipient(), r -> new EnumMap<>(Lane.class))
        .put(made.lane(), made);
    sent().add(made.place());
    return made;
  }

  private void add(JournalInbox made) {
    JournalInbox.Place place = made.place();
    inboxes.put(new InboxKey(place.sender(), place.lane(), place.epoch()), made);
    if (inboxes.size() > MAX_INBOXES) writer.forget(inboxes.pollFirstEntry().getValue());
  }

  // ---- any thread ----

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public OutboxLog<OutboxEntry> outbox(PeerId recipient, Lane lane) {
    lock.lock();
    try {
      Map<Lane, JournalOutbox> lanes = outboxes.get(recipient);
      JournalOutbox found = lanes == null ? null : lanes.get(lane);
      if (found != null) return found;
      OutboxImage image = new OutboxImage(recipient, lane, random.nextLong());
      return add(new JournalOutbox(this, ++lastId, image));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Outcome.@Nullable Refused reserve(NetworkMessage message) {
    Outcome.Refused failed = writer.failure();
    if (failed != null) return failed;
    long bytes = JournalRecords.maxBytes(message);
    long limit = config.quotaBytes() - 3L * config.segmentBytes();
    long used = reserved.addAndGet(bytes) + writer.bytesUsed();
    if (used <= limit) return null;
    reserved.addAndGet(-bytes);
    return new Outcome.Refused(
        RefusalReason.QUEUE_FULL,
        "journal holds " + (used - bytes) + " of " + limit + " bytes, the message needs " + bytes
            + " (queue_quota " + config.quotaBytes() + ")");
  }

  @Override
  public Outcome.@Nullable Refused failure() {
    return writer.failure();
  }

  @Override
  public InboxLog inbox(PeerId sender, Lane lane, long epoch) {
    lock.lock();
    try {
      JournalInbox found = inboxes.get(new InboxKey(sender, lane, epoch));
      if (found != null) return found;
      JournalInbox made = new JournalInbox(
          this, new JournalInbox.Place(++lastId, sender, lane, epoch), 1, 1, 1, List.of());
      add(made);
      board.claim(made.place(), 1);
      return made;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<String> handledIds(PeerId sender) {
    lock.lock();
    try {
      return List.copyOf(handledIds.getOrDefault(sender, new LinkedHashSet<>()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void markHandled(PeerId sender, String messageId) {
    lock.lock();
    try {
      LinkedHashSet<String> ids = handledIds.computeIfAbsent(sender, s -> new LinkedHashSet<>());
      int before = ids.size();
      ids.remove(messageId);
      ids.add(messageId);
      if (ids.size() > MAX_IDS_PER_SENDER) ids.removeFirst();
      idCount += ids.size() - before;
      if (idCount > MAX_IDS) forgetId();
      board.addId(sender, messageId);
      writer.laterHandledId(sender, messageId);
    } finally {
      lock.unlock();
    }
    hurry(); // the board has room for few
  }

  private void forgetId() {
    Map.Entry<PeerId, LinkedHashSet<String>> oldest = handledIds.firstEntry();
    oldest.getValue().removeFirst();
    idCount--;
    if (oldest.getValue().isEmpty()) handledIds.pollFirstEntry();
  }

  /** A copy of what {@link #handledIds} knows. */
  Map<PeerId, List<String>> allHandledIds() {
    lock.lock();
    try {
      Map<PeerId, List<String>> copy = new LinkedHashMap<>();
      handledIds.forEach((sender, ids) -> copy.put(sender, List.copyOf(ids)));
      return copy;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public StoreStats stats() {
    return sent().stats(bytesUsed(), config.quotaBytes());
  }

  @Override
  public Optional<StoreReport> verify() throws IOException {
    return Optional.of(JournalCheck.ofUsed(view.get(), writer::parts, config.deadLetters()));
  }

  @Override
  public boolean dropDeadLetter(String messageId) {
    boolean dropped = sent().dropDeadLetter(messageId).isPresent();
    if (dropped) {
      writer.later(records -> records.dropped(messageId));
      hurry();
    }
    return dropped;
  }

  // ---- for the parts ----

  HandledBoard board() {
    return board;
  }

  long forgottenEnd(JournalOutbox outbox) {
    return sent().forgottenEnd(outbox.epoch());
  }

  void enqueue(JournalLog log) {
    writer.enqueue(log);
  }

  /** Somebody waits for what was queued. */
  void hurry() {
    writer.hurry();
    wakeUp.run();
  }

  void wakeUp() {
    wakeUp.run();
  }

  void onAppended(JournalOutbox outbox, OutboxEntry entry) {
    if (entry.message().givenId() != null) sent().onAppended(outbox.place(), entry);
  }

  void onEnded(JournalOutbox outbox, OutboxEntry entry, Outcome end) {
    String id = entry.messageId();
    long number = entry.number();
    long now = time.epochMillis();
    sent().onEnded(outbox.place(), id, number, entry, end, now);
    writer.later(records -> records.ended(outbox.id(), number, id, end, now));
    outbox.touch();
  }

  /** Messages were written: what was set aside for them counts as used from here on. */
  void onWritten(long bytes) {
    if (bytes > 0) reserved.addAndGet(-bytes);
  }

  /** The outbox of a recipient and lane if there is one. */
  @Nullable
  JournalOutbox known(PeerId recipient, Lane lane) {
    lock.lock();
    try {
      Map<Lane, JournalOutbox> lanes = outboxes.get(recipient);
      return lanes == null ? null : lanes.get(lane);
    } finally {
      lock.unlock();
    }
  }

  List<StoredMessage> endsToKeep() {
    List<StoredMessage> ends = new ArrayList<>(sent().acknowledgedIds());
    ends.addAll(sent().deadLetters());
    return ends;
  }

  // ---- the disk's thread ----

  /** Who waits for an inbox to be durable waits for nothing now. */
  void onFailed() {
    List<JournalInbox> all;
    lock.lock();
    try {
      all = List.copyOf(inboxes.values());
    } finally {
      lock.unlock();
    }
    all.forEach(JournalInbox::wake);
  }

  /**
   * Writes and forces what arrived since the last call, and tells those who wait for it. Blocks as long as the disk takes.
   *
   * @return whether there was anything to do
   */
  public boolean work() {
    return writer.work();
  }

  /** Whether {@link #work} has something to do. Any thread. */
  public boolean hasWork() {
    return writer.hasWork();
  }

  /** Whether somebody waits for {@link #work}; else it is better done together with what comes next. Any thread. */
  public boolean hasUrgentWork() {
    return writer.hasUrgentWork();
  }

  /** Bytes that files of the journal take or will. Any thread. */
  public long bytesUsed() {
    return writer.bytesUsed() + reserved.get();
  }

  /** Writes what is left and ends the journal in order, if the disk works. */
  @Override
  public void close() {
    writer.close();
  }
}
