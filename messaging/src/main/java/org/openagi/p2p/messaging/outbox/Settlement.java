package org.openagi.p2p.messaging.outbox;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.Refusal;

/**
 * Ends the messages of a lane: each once, in batches, which are taken from the log, told to whoever watches and given back
 * to the quota together. Confined to the lane.
 */
final class Settlement {
  private final PeerId recipient;
  private final OutboxLog<OutboxEntry> log;
  private final OutboxQuota quota;
  private final SendLaneListener listener;
  private final Intake intake;
  private final SendCounters counters;

  Settlement(
      PeerId recipient,
      OutboxLog<OutboxEntry> log,
      OutboxQuota quota,
      SendLaneListener listener,
      Intake intake,
      SendCounters counters) {
    this.recipient = recipient;
    this.log = log;
    this.quota = quota;
    this.listener = listener;
    this.intake = intake;
    this.counters = counters;
  }

  /**
   * Entries that were settled together. Those with a listener are known to be watched; of the others some
   * thread may be asking for the future right now, so they are looked at again behind one fence for all.
   */
  private final class Batch {
    private final List<OutboxEntry> watched = new ArrayList<>();
    private final List<OutboxEntry> unclear = new ArrayList<>();

    void add(OutboxEntry entry, Outcome end) {
      if (SentMessages.isRecorded(entry.message(), end)) log.recordEnd(entry, end);
      addUnrecorded(entry);
    }

    void addUnrecorded(OutboxEntry entry) {
      (entry.hasListener() || entry.isLost() ? watched : unclear).add(entry);
    }

    void end(long settleUpTo) {
      if (settleUpTo > log.firstUnsettled()) log.settleUpTo(settleUpTo);
      VarHandle.fullFence();
      if (!unclear.isEmpty()) releaseUnwatched();
      if (!watched.isEmpty()) listener.onSettled(watched);
    }

    private void releaseUnwatched() {
      int messages = 0;
      long bytes = 0;
      for (int i = 0; i < unclear.size(); i++) {
        OutboxEntry entry = unclear.get(i);
        if (entry.isObserved()) {
          watched.add(entry);
        } else {
          messages++;
          bytes += entry.message().payload().length();
        }
      }
      if (messages > 0) quota.release(messages, bytes);
      if (watched.size() > 1) watched.sort(Comparator.comparingLong(OutboxEntry::number));
    }
  }

  /** The recipient said what is settled. */
  void settle(Ack ack) {
    if (ack.settled() < log.firstUnsettled()) return;
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    List<Refusal> exceptions = ack.exceptions();
    int exception = exceptions.size() - 1;
    Batch batch = new Batch();
    for (; cursor.number() <= ack.settled(); cursor.advance()) {
      OutboxEntry entry = Intake.taken(cursor);
      while (exception >= 0 && exceptions.get(exception).number() < cursor.number()) exception--;
      boolean refused = exception >= 0 && exceptions.get(exception).number() == cursor.number();
      Outcome end = refused
          ? new Outcome.Refused(
              exceptions.get(exception).reason(),
              "by " + recipient.shortString() + ": " + exceptions.get(exception).detail())
          : Outcome.Acknowledged.INSTANCE;
      if (!entry.settle(end, intake.nowEpochMillis())) continue;
      if (refused) counters.messagesRefused++;
      else counters.messagesAcknowledged++;
      batch.add(entry, end);
    }
    batch.end(cursor.number());
  }

  /** Ends what the store could not keep. No number on the stream tells of it. */
  void refuseUnkept() {
    Batch batch = new Batch();
    for (OutboxEntry entry : log.pollRefused()) {
      Outcome.Refused reason = entry.acceptanceRefusal();
      if (reason == null || !entry.settle(reason, intake.nowEpochMillis())) continue;
      counters.messagesRefused++;
      batch.addUnrecorded(entry);
    }
    batch.end(log.firstUnsettled());
  }

  /** Ends one that the recipient would not take. Its number is settled with those before it. */
  void refuseTooLarge(OutboxEntry entry, long maxBytes) {
    String detail = "payload of " + entry.message().payload().length() + " bytes, "
        + recipient.shortString() + " takes at most " + maxBytes;
    Outcome reason = new Outcome.Refused(RefusalReason.TOO_LARGE, detail);
    Batch batch = new Batch();
    if (entry.settle(reason, intake.nowEpochMillis())) {
      counters.messagesRefused++;
      batch.add(entry, reason);
    }
    batch.end(log.firstUnsettled());
  }

  /** Ends the entries for which an outcome is given, and returns how many. */
  int endSome(Function<OutboxEntry, @Nullable Outcome> judge) {
    Batch batch = new Batch();
    int ended = 0;
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    long settledUpTo = cursor.number();
    for (; cursor.number() < intake.end(); cursor.advance()) {
      OutboxEntry entry = Intake.taken(cursor);
      if (!entry.isEnded()) {
        Outcome end = judge.apply(entry);
        if (end == null) continue;
        entry.settle(end, intake.nowEpochMillis());
        if (end instanceof Outcome.Expired) counters.messagesExpired++;
        else counters.messagesRefused++;
        ended++;
        batch.add(entry, end);
      }
      if (settledUpTo == cursor.number()) settledUpTo++;
    }
    batch.end(settledUpTo);
    return ended;
  }

  /**
   * Ends all, the lane's last.
   *
   * @param kept the end of what stays in the log for the next process, and is not tied to a connection of this one; null if
   *     nothing stays
   */
  void endAll(Outcome.Refused reason, Outcome.@Nullable Kept kept) {
    Batch batch = new Batch();
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    for (; cursor.number() < intake.end(); cursor.advance()) {
      OutboxEntry entry = cursor.peek();
      if (entry == null) continue;
      Outcome end = kept == null || entry.isTied() ? reason : kept;
      if (!entry.settle(end, intake.nowEpochMillis())) continue;
      if (end == kept) {
        batch.addUnrecorded(entry);
      } else {
        counters.messagesRefused++;
        batch.add(entry, end);
      }
    }
    batch.end(kept == null ? cursor.number() : log.firstUnsettled());
  }
}
