package org.openagi.p2p.network.transfer;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Host;

/**
 * What every transfer of a node needs.
 *
 * @param timer for short decisions only
 */
record TransferContext(
    Host host,
    HostKey key,
    TransferConfig config,
    TimeSource time,
    ScheduledExecutorService timer,
    TransferCounters counters) {
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
