package org.openagi.p2p.messaging.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.codec.Refusal;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.SentMessages;

/**
 * What the records of a journal say, put together in the order they were written. Confined to who reads them.
 *
 * @see "docs/wire/journal.md, section 4"
 */
final class JournalImage {
  /** Lanes that a journal may speak of. */
  static final int MAX_LANES = 1 << 20;

  static final class InboxImage {
    final JournalInbox.Place place;
    long handledEnd = 1;
    long settledEnd = 1;
    long leasedEnd = 1;
    final ArrayDeque<Refusal> refusals = new ArrayDeque<>();

    InboxImage(JournalInbox.Place place) {
      this.place = place;
    }

    /** Refusals of numbers that are not handled are void: these come again and may end otherwise. */
    private void restart() {
      refusals.removeIf(refusal -> refusal.number() >= handledEnd);
    }

    private void add(Refusal refusal) {
      refusals.removeIf(known -> known.number() == refusal.number());
      if (refusals.size() >= JournalInbox.MAX_REFUSALS) refusals.removeFirst();
      refusals.addLast(refusal);
    }
  }

  /** Is told which messages a segment holds: number 0 stands for a dead letter. */
  interface Holder {
    void holds(int outbox, long number);
  }

  /** The end of a message, with the message if it is at hand. */
  record EndImage(
      int outbox, JournalRecords.End end, @Nullable OutboxEntry entry) {}

  final Map<Integer, OutboxImage> outboxes = new LinkedHashMap<>();
  final Map<Integer, InboxImage> inboxes = new LinkedHashMap<>();
  final Map<PeerId, LinkedHashSet<String>> handledIds = new LinkedHashMap<>();
  private final LinkedHashMap<String, EndImage> dead = new LinkedHashMap<>();
  private final LinkedHashMap<String, EndImage> acknowledged = new LinkedHashMap<>();
  private final int maxDead;
  long records;

  private final boolean keepsMessages;

  /**
   * An image of nothing yet.
   *
   * @param keepsMessages whether what waits is wanted with its message, or only counted
   */
  JournalImage(DeadLetterLimits limits, boolean keepsMessages) {
    this.maxDead = limits.letters();
    this.keepsMessages = keepsMessages;
  }

  /** Takes the next record of a segment. */
  void onRecord(Holder segment, int type, RecordReader in) throws RecordReader.MalformedException {
    records++;
    switch (type) {
      case RecordType.OUTBOX -> onOutbox(in);
      case RecordType.ENTRY -> onEntry(segment, in);
      case RecordType.SETTLED -> outbox(in).settle(in.number());
      case RecordType.ENDED -> onEnded(in);
      case RecordType.DEAD -> onDead(segment, in);
      case RecordType.DROPPED -> dead.remove(in.text(128));
      case RecordType.INBOX -> onInbox(in);
      case RecordType.MARK -> onMark(in);
      case RecordType.LEASE -> {
        InboxImage inbox = inbox(in);
        inbox.leasedEnd = Math.max(inbox.leasedEnd, in.number());
      }
      case RecordType.REFUSED -> {
        InboxImage inbox = inbox(in);
        inbox.add(new Refusal(
            in.number(),
            RefusalReason.ofNumber(in.u8()),
            in.text(JournalRecords.MAX_DETAIL_BYTES)));
      }
      case RecordType.HANDLED_ID -> onHandledId(in.peer(), in.text(128));
      case RecordType.RESTART -> restart();
      default -> {
        if ((type & 0x80) == 0) throw new RecordReader.MalformedException("type is not known");
      }
    }
  }

  /** Another process goes on from here. */
  void restart() {
    for (InboxImage inbox : inboxes.values()) inbox.restart();
  }

  private static int id(RecordReader in) throws RecordReader.MalformedException {
    long id = in.varint();
    if (id < 1 || id > Integer.MAX_VALUE) throw new RecordReader.MalformedException("id " + id);
    return (int) id;
  }

  private OutboxImage outbox(RecordReader in) throws RecordReader.MalformedException {
    return known(outboxes, id(in));
  }

  private InboxImage inbox(RecordReader in) throws RecordReader.MalformedException {
    return known(inboxes, id(in));
  }

  private static <T> T known(Map<Integer, T> all, int id) throws RecordReader.MalformedException {
    T found = all.get(id);
    if (found == null) throw new RecordReader.UnknownLaneException(id);
    return found;
  }

  private void onOutbox(RecordReader in) throws RecordReader.MalformedException {
    int id = id(in);
    PeerId recipient = in.peer();
    Lane lane = in.lane();
    long epoch = in.u64();
    long next = in.number();
    long settledEnd = in.number();
    OutboxImage image = outboxes.get(id);
    if (image == null || image.epoch != epoch) {
      if (outboxes.size() >= MAX_LANES) throw new RecordReader.MalformedException("too many lanes");
      image = new OutboxImage(recipient, lane, epoch);
      outboxes.put(id, image);
    }
    image.next = Math.max(image.next, next);
    image.settle(settledEnd);
    image.forgottenEnd = Math.max(image.forgottenEnd, in.number());
  }

  private void onEntry(Holder segment, RecordReader in) throws RecordReader.MalformedException {
    int id = id(in);
    OutboxImage to = known(outboxes, id);
    OutboxEntry entry = read(in, to);
    to.add(entry);
    segment.holds(id, entry.number());
  }

  private OutboxEntry read(RecordReader in, OutboxImage of) throws RecordReader.MalformedException {
    OutboxEntry entry = JournalRecords.readEntry(in, of.recipient.toString(), of.numbering());
    return keepsMessages ? entry : of.placeholder(entry.number());
  }

  private void onEnded(RecordReader in) throws RecordReader.MalformedException {
    int id = id(in);
    OutboxImage of = known(outboxes, id);
    JournalRecords.End end = JournalRecords.readEnd(in);
    remember(new EndImage(id, end, of.entries.remove(end.number())));
  }

  private void onDead(Holder segment, RecordReader in) throws RecordReader.MalformedException {
    int id = id(in);
    OutboxImage of = known(outboxes, id);
    JournalRecords.End end = JournalRecords.readEnd(in);
    OutboxEntry entry = read(in, of);
    of.entries.remove(end.number());
    remember(new EndImage(id, end, entry));
    segment.holds(id, 0);
  }

  private void remember(EndImage image) {
    String id = image.end.messageId();
    acknowledged.remove(id);
    EndImage before = dead.remove(id);
    boolean keepsEntry = before != null && image.entry == null && before.end.equals(image.end);
    boolean isAcknowledged = image.end.outcome().isAcknowledged();
    LinkedHashMap<String, EndImage> among = isAcknowledged ? acknowledged : dead;
    among.put(id, keepsEntry ? before : image);
    int max = isAcknowledged ? SentMessages.MAX_ACKNOWLEDGED_IDS : maxDead;
    if (among.size() > max) among.pollFirstEntry();
  }

  private void onInbox(RecordReader in) throws RecordReader.MalformedException {
    int id = id(in);
    JournalInbox.Place place = new JournalInbox.Place(id, in.peer(), in.lane(), in.u64());
    InboxImage image = inboxes.get(id);
    if (image == null || !image.place.equals(place)) {
      if (inboxes.size() >= MAX_LANES) throw new RecordReader.MalformedException("too many lanes");
      image = new InboxImage(place);
      inboxes.put(id, image);
    }
    image.handledEnd = Math.max(image.handledEnd, in.number());
    image.settledEnd = Math.max(image.settledEnd, in.number());
    image.leasedEnd = Math.max(image.leasedEnd, in.number());
  }

  private void onMark(RecordReader in) throws RecordReader.MalformedException {
    InboxImage inbox = inbox(in);
    inbox.handledEnd = Math.max(inbox.handledEnd, in.number());
    inbox.settledEnd = Math.max(inbox.settledEnd, in.number());
  }

  void onHandledId(PeerId sender, String id) {
    LinkedHashSet<String> ids = handledIds.computeIfAbsent(sender, s -> new LinkedHashSet<>());
    ids.remove(id);
    ids.add(id);
    if (ids.size() > MessageStore.MAX_IDS_PER_SENDER) ids.removeFirst();
  }

  /** Gives all that waits new numbers: the machine lost what it had not written, and nobody knows what that was. */
  void renumber(RandomGenerator random) {
    for (OutboxImage outbox : outboxes.values()) outbox.renumber(random.nextLong());
  }

  /** The ends in their order, the latest dead letters and the latest acknowledged ids. */
  List<EndImage> ends() {
    List<EndImage> all = new ArrayList<>(dead.values());
    all.addAll(acknowledged.values());
    return all;
  }

  /** The highest id of a lane. */
  int lastId() {
    int last = 0;
    for (int id : outboxes.keySet()) last = Math.max(last, id);
    for (int id : inboxes.keySet()) last = Math.max(last, id);
    return last;
  }
}
