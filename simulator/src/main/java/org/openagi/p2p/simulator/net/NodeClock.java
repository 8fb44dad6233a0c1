package org.openagi.p2p.simulator.net;

import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.testkit.VirtualTime;
import org.openagi.p2p.testkit.VirtualWorld;

/** The clock of one machine: its crystal runs a little fast or slow, and its calendar is off by so much. */
public final class NodeClock implements TimeSource {
  private static final double MILLION = 1e6;
  /** Makes sure that a timer is not early by a rounding error, again and again. */
  private static final long ROUNDING_NANOS = 2;

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final VirtualWorld world;
  private double rate = 1;
  private long baseWorldNanos;
  private long baseNanos = VirtualWorld.ORIGIN_NANOS;
  private long offsetMillis;

  NodeClock(VirtualWorld world) {
    this.world = world;
  }

  /** Goes faster by so many millionths from now on, or slower if negative. */
  public void setDrift(int ppm) {
    baseNanos = nanoTime();
    baseWorldNanos = world.elapsedNanos();
    rate = 1 + ppm / MILLION;
  }

  /** Sets the calendar off by so much from now on. */
  public void setOffsetMillis(long millis) {
    offsetMillis = millis;
  }

  @Override
  public long nanoTime() {
    return baseNanos + (long) ((world.elapsedNanos() - baseWorldNanos) * rate);
  }

  @Override
  public long epochMillis() {
    return VirtualTime.DEFAULT_EPOCH_MILLIS
        + offsetMillis
        + (nanoTime() - VirtualWorld.ORIGIN_NANOS) / NANOS_PER_MILLI;
  }

  /** When the world's clock has come so far that this one shows {@code nanoTime}. */
  long worldNanosAt(long nanoTime) {
    return baseWorldNanos + (long) Math.ceil((nanoTime - baseNanos) / rate) + ROUNDING_NANOS;
  }
}
