package org.openagi.p2p.network.transfer;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.network.link.BlockingPace;

/**
 * What every transfer of a node needs.
 *
 * @param timer for short decisions only
 * @param paces what holds back writes to a peer; null if nothing does
 */
record TransferContext(
    Host host,
    HostKey key,
    TransferConfig config,
    TimeSource time,
    ScheduledExecutorService timer,
    TransferCounters counters,
    @Nullable Function<PeerId, BlockingPace> paces) {
  /** What holds back writes to a peer, if anything does. */
  @Nullable
  BlockingPace paceOf(PeerId peer) {
    return paces == null ? null : paces.apply(peer);
  }

  /** Has a side say that it is alive while it says nothing else; until cancelled. */
  Future<?> keepAlive(FrameOutput out) {
    long quietNanos = config.quietInterval().toNanos();
    return timer.scheduleWithFixedDelay(
        () ->
            Thread.ofVirtual().name("p2p-transfer-alive").start(() -> out.aliveIfQuiet(quietNanos)),
        quietNanos,
        Math.max(1, quietNanos / 4),
        TimeUnit.NANOSECONDS);
  }
}
