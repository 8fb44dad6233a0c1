package org.openagi.p2p.messaging.outbox;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a lane goes to the recipient by another way than its stream: in a file, or in parcels. Confined to the lane. */
final class Bypass {
  private final OutboxLog<OutboxEntry> log;
  private final Intake intake;
  private final SendCounters counters;
  private long carriedEnd = 1;
  private long routedEnd = 1;
  private long sentEnd = 1;
  private OutboxLog.@Nullable Cursor<OutboxEntry> routing;

  Bypass(OutboxLog<OutboxEntry> log, Intake intake, SendCounters counters) {
    this.log = log;
    this.intake = intake;
    this.counters = counters;
  }

  /** As {@link SendLane#carry}. */
  List<OutboxEntry> carry(long maxBytes) {
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    List<OutboxEntry> entries = collect(cursor, Integer.MAX_VALUE, maxBytes);
    carriedEnd = Math.max(carriedEnd, cursor.number());
    sentEnd = Math.max(sentEnd, carriedEnd);
    return entries;
  }

  /** As {@link SendLane#route}. */
  List<OutboxEntry> route(long from, int maxMessages, long maxBytes) {
    return collect(cursorAt(Math.max(from, log.firstUnsettled())), maxMessages, maxBytes);
  }

  private List<OutboxEntry> collect(
      OutboxLog.Cursor<OutboxEntry> cursor, int maxMessages, long maxBytes) {
    List<OutboxEntry> entries = new ArrayList<>();
    long bytes = 0;
    while (cursor.number() < intake.end() && bytes < maxBytes && entries.size() < maxMessages) {
      OutboxEntry entry = Intake.taken(cursor);
      entries.add(entry);
      bytes += entry.message().payload().length() + OutboxQuota.OVERHEAD_BYTES;
      cursor.advance();
    }
    return entries;
  }

  private OutboxLog.Cursor<OutboxEntry> cursorAt(long number) {
    OutboxLog.Cursor<OutboxEntry> known = routing;
    OutboxLog.Cursor<OutboxEntry> cursor =
        known == null || known.number() > number || known.number() < log.firstUnsettled()
            ? log.cursor()
            : known;
    while (cursor.number() < number && cursor.number() < intake.end()) cursor.advance();
    routing = cursor;
    return cursor;
  }

  /** As {@link SendLane#onRouted}. */
  void onRouted(List<OutboxEntry> entries) {
    for (OutboxEntry entry : entries) {
      sentEnd = Math.max(sentEnd, entry.number() + 1);
      if (entry.isEnded()) continue;
      entry.markSent(intake.nowEpochMillis());
      counters.payloadBytesSent += entry.message().payload().length();
      if (entry.number() < routedEnd) continue;
      routedEnd = entry.number() + 1;
      counters.messagesSent++;
    }
  }

  /** Whether it was put into a file. */
  boolean wasCarried(OutboxEntry entry) {
    return entry.number() < carriedEnd;
  }

  /** Whether it may have been sent in a parcel. */
  boolean wasRouted(OutboxEntry entry) {
    return entry.number() < routedEnd && entry.wasSent();
  }

  /** One more than the highest number that may have reached the recipient so. */
  long sentEnd() {
    return sentEnd;
  }
}
