package org.openagi.p2p.network.transfer;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.openagi.p2p.messaging.transfer.TransferReason;

/** Counts since the start. Safe for any thread. */
final class TransferCounters {
  final LongAdder sent = new LongAdder();
  final LongAdder received = new LongAdder();
  final LongAdder bytesSent = new LongAdder();
  final LongAdder bytesReceived = new LongAdder();
  final LongAdder refusedStreams = new LongAdder();
  private final Map<TransferReason, LongAdder> ended = new ConcurrentHashMap<>();

  void onEnded(TransferReason reason) {
    ended.computeIfAbsent(reason, ignored -> new LongAdder()).increment();
  }

  TransferStats snapshot(int sending, int receiving) {
    Map<TransferReason, Long> byReason = new EnumMap<>(TransferReason.class);
    ended.forEach((reason, count) -> byReason.put(reason, count.sum()));
    return new TransferStats(
        sending,
        receiving,
        sent.sum(),
        received.sum(),
        bytesSent.sum(),
        bytesReceived.sum(),
        byReason,
        refusedStreams.sum());
  }
}
