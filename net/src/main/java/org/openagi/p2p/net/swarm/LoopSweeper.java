package org.openagi.p2p.net.swarm;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.protocols.liveness.LivenessClock;
import org.openagi.p2p.protocols.liveness.LivenessConfig;

/**
 * One periodic task per event loop for everything about its connections that has a deadline:
 * liveness, negotiations, idleness. A connection has no timers of its own. Because it runs on the
 * loop that reads the connections, its lateness is the loop's lateness, which the liveness clock
 * excuses. Confined to its event loop.
 */
final class LoopSweeper {
  private static final Duration MAX_INTERVAL = Duration.ofSeconds(1);
  private static final Duration MIN_INTERVAL = Duration.ofMillis(20);
  private static final int TICKS_PER_ANSWER = 4;

  private final EventLoop loop;
  private final TimeSource time;
  private final long intervalNanos;
  private final Set<SwarmConnection> connections = new LinkedHashSet<>();
  private @Nullable LivenessClock clock;

  LoopSweeper(EventLoop loop, TimeSource time, LivenessConfig liveness) {
    this.loop = loop;
    this.time = time;
    this.intervalNanos = intervalFor(liveness).toNanos();
  }

  private static Duration intervalFor(LivenessConfig liveness) {
    Duration shorter = liveness.answer().compareTo(liveness.interval()) < 0
        ? liveness.answer()
        : liveness.interval();
    Duration wanted = shorter.dividedBy(TICKS_PER_ANSWER);
    if (wanted.compareTo(MAX_INTERVAL) > 0) return MAX_INTERVAL;
    return wanted.compareTo(MIN_INTERVAL) < 0 ? MIN_INTERVAL : wanted;
  }

  void add(SwarmConnection connection) {
    LivenessClock c = clock;
    if (c == null) {
      c = new LivenessClock(time.nanoTime(), intervalNanos, intervalNanos / 2);
      clock = c;
      arm();
    }
    connections.add(connection);
    connection.watch(c.timeNanos());
  }

  void remove(SwarmConnection connection) {
    connections.remove(connection);
  }

  private void arm() {
    loop.schedule(this::sweep, intervalNanos, TimeUnit.NANOSECONDS);
  }

  private void sweep() {
    LivenessClock c = clock;
    if (c == null) return;
    if (connections.isEmpty()) {
      clock = null; // the next connection starts it again
      return;
    }
    long now = time.nanoTime();
    long livenessNanos = c.onTick(now);
    List<SwarmConnection> all = new ArrayList<>(connections);
    for (SwarmConnection connection : all) connection.sweep(now, livenessNanos);
    arm();
  }
}
