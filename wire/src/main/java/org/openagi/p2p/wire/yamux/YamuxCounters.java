package org.openagi.p2p.wire.yamux;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what sessions refused, by cause. One instance may serve all sessions of a node. Safe for
 * any thread.
 */
public final class YamuxCounters {
  private final Map<YamuxViolation, LongAdder> violations = new EnumMap<>(YamuxViolation.class);
  private final LongAdder streamsRefused = new LongAdder();
  private final LongAdder backlogResets = new LongAdder();
  private final LongAdder unresponsivePeers = new LongAdder();

  /** Creates counters that all stand at 0. */
  public YamuxCounters() {
    for (YamuxViolation cause : YamuxViolation.values()) violations.put(cause, new LongAdder());
  }

  void onViolation(YamuxViolation cause) {
    counter(cause).increment();
  }

  void onStreamRefused() {
    streamsRefused.increment();
  }

  void onBacklogReset() {
    backlogResets.increment();
  }

  void onUnresponsivePeer() {
    unresponsivePeers.increment();
  }

  /** Sessions ended because of {@code cause}. */
  public long violations(YamuxViolation cause) {
    return counter(cause).sum();
  }

  /** Sessions ended because of any violation. */
  public long violations() {
    long sum = 0;
    for (LongAdder one : violations.values()) sum += one.sum();
    return sum;
  }

  /** Inbound streams answered with a reset, because there were too many or they came too fast. */
  public long streamsRefused() {
    return streamsRefused.sum();
  }

  /** Streams reset because unread data of their connection reached its limit. */
  public long backlogResets() {
    return backlogResets.sum();
  }

  /** Sessions ended because the peer did not answer a keep-alive ping. */
  public long unresponsivePeers() {
    return unresponsivePeers.sum();
  }

  private LongAdder counter(YamuxViolation cause) {
    return Objects.requireNonNull(violations.get(cause));
  }
}
