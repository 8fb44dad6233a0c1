package org.openagi.p2p.messaging.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.RefusedException;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.SegmentedLog;
import org.openagi.p2p.messaging.outbox.SentMessages;

/**
 * A lane to a recipient: a log in memory that two cursors follow. The disk's goes ahead and says how far entries are
 * durable; the lane's stops there.
 */
final class JournalOutbox extends JournalLog implements OutboxLog<OutboxEntry> {
  private final int id;
  private final SegmentedLog<OutboxEntry> log;
  private final SentMessages.Outbox place;
  private final LaneNumbering numbering;
  private final String recipientName;
  private final long recoveredEnd;
  private int recoveredEntries;
  private long recoveredBytes;

  private final ConcurrentLinkedQueue<OutboxEntry> refused = new ConcurrentLinkedQueue<>();
  private volatile boolean hasRefused;
  private volatile long durableEnd;
  private volatile @Nullable Runnable wakeUp;

  // The disk's thread:
  private final Cursor<OutboxEntry> unwritten;
  private final List<OutboxEntry> written = new ArrayList<>();
  private boolean declared;
  private long settledWritten;

  /** An outbox with what was recovered, numbers without an entry being settled. */
  JournalOutbox(JournalMessageStore store, int id, OutboxImage image) {
    super(store);
    this.id = id;
    this.recoveredEnd = image.next;
    this.durableEnd = image.next;
    this.settledWritten = image.firstWaiting();
    this.numbering = new LaneNumbering(image.epoch, image.lane);
    this.recipientName = image.recipient.toString();
    this.log = new SegmentedLog<>(image.epoch, image.firstWaiting(), true);
    this.place = new SentMessages.Outbox(image.recipient, image.lane, log);
    for (long number = image.firstWaiting(); number < image.next; number++) {
      append(image, number);
    }
    this.unwritten = log.cursor();
    while (unwritten.peek() != null) unwritten.advance();
  }

  private void append(OutboxImage image, long number) {
    OutboxEntry entry = image.entries.get(number);
    if (entry == null) {
      log.append(image.gap(numbering, number));
      return;
    }
    log.append(entry);
    if (entry.isTied()) {
      endTied(entry);
      return;
    }
    recoveredEntries++;
    recoveredBytes += entry.message().payload().length();
    store().onAppended(this, entry);
  }

  /** The connection it was to be delivered on ended with the process. */
  private void endTied(OutboxEntry entry) {
    Outcome end = new Outcome.Refused(
        RefusalReason.NOT_CONNECTED,
        "the node was started anew before the message was acknowledged");
    entry.ended(end);
    store().onEnded(this, entry, end);
  }

  SentMessages.Outbox place() {
    return place;
  }

  int id() {
    return id;
  }

  PeerId recipient() {
    return place.recipient();
  }

  Lane lane() {
    return place.lane();
  }

  String recipientName() {
    return recipientName;
  }

  LaneNumbering numbering() {
    return numbering;
  }

  @Override
  public long epoch() {
    return log.epoch();
  }

  @Override
  public long append(OutboxEntry entry) {
    long number = log.append(entry);
    store().onAppended(this, entry);
    touch();
    return number;
  }

  @Override
  public long firstUnsettled() {
    return log.firstUnsettled();
  }

  @Override
  public Cursor<OutboxEntry> cursor() {
    return new DurableCursor(log.cursor());
  }

  private final class DurableCursor implements Cursor<OutboxEntry> {
    private final Cursor<OutboxEntry> all;

    DurableCursor(Cursor<OutboxEntry> all) {
      this.all = all;
    }

    @Override
    public long number() {
      return all.number();
    }

    @Override
    public @Nullable OutboxEntry peek() {
      return all.number() < durableEnd ? all.peek() : null;
    }

    @Override
    public void advance() {
      all.advance();
    }
  }

  @Override
  public void settleUpTo(long end) {
    log.settleUpTo(end);
    touchLater();
  }

  @Override
  public void recordEnd(OutboxEntry entry, Outcome end) {
    store().onEnded(this, entry, end);
  }

  @Override
  public long recoveredEnd() {
    return recoveredEnd;
  }

  @Override
  public int recoveredEntries() {
    return recoveredEntries;
  }

  @Override
  public long recoveredBytes() {
    return recoveredBytes;
  }

  @Override
  public boolean onReadable(Runnable told) {
    wakeUp = told;
    return true;
  }

  @Override
  public boolean hasRefused() {
    return hasRefused;
  }

  @Override
  public List<OutboxEntry> pollRefused() {
    hasRefused = false;
    List<OutboxEntry> taken = new ArrayList<>();
    OutboxEntry entry;
    while ((entry = refused.poll()) != null) taken.add(entry);
    return taken;
  }

  // ---- the disk's thread ----

  boolean isDeclared() {
    return declared;
  }

  void declare() {
    declared = true;
  }

  /** The next entry to be written, null if there is none. */
  @Nullable
  OutboxEntry pollUnwritten() {
    OutboxEntry entry = unwritten.peek();
    if (entry == null) return null;
    unwritten.advance();
    written.add(entry);
    return entry;
  }

  long writtenEnd() {
    return unwritten.number();
  }

  /** Takes note that a settled end is being written; false if it is known already. */
  boolean writesSettled(long end) {
    if (end <= settledWritten) return false;
    settledWritten = end;
    return true;
  }

  long settledWritten() {
    return settledWritten;
  }

  boolean isLive(long number) {
    OutboxEntry entry = number < log.firstUnsettled() ? null : log.find(number);
    return entry != null && !entry.isEnded();
  }

  /** What was written is durable: shows it to the lane, and tells those who waited for that. */
  void publish(Consumer<Runnable> observers) {
    if (written.isEmpty()) return;
    for (int i = 0; i < written.size(); i++) {
      var waiting = written.get(i).accept();
      if (waiting != null) observers.accept(() -> waiting.complete(null));
    }
    written.clear();
    durableEnd = unwritten.number();
    wake();
  }

  /** Nothing is durable any more: what waits for it is refused. */
  void fail(Outcome.Refused reason, Consumer<Runnable> observers) {
    while (pollUnwritten() != null) {}
    if (written.isEmpty()) return;
    for (OutboxEntry entry : written) {
      var waiting = entry.refuseAcceptance(reason);
      if (waiting != null) {
        observers.accept(() -> waiting.completeExceptionally(new RefusedException(reason)));
      }
      refused.add(entry);
    }
    written.clear();
    hasRefused = true;
    wake();
  }

  private void wake() {
    Runnable told = wakeUp;
    if (told != null) told.run();
  }
}
