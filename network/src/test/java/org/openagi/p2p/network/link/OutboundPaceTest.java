package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.VirtualTime;

class OutboundPaceTest {
  private static final long MIB = 1 << 20;

  private final VirtualTime time = new VirtualTime();

  @Test
  void oneChunkIsPaidForBeforeTheNext() {
    OutboundPace pace = new OutboundPace(MIB, time);
    assertEquals(0, pace.waitNanos());
    pace.spend(1 << 20);
    assertEquals(1_000_000_000 - OutboundPace.BURST_NANOS, pace.waitNanos());
    time.advance(Duration.ofMillis(400));
    assertEquals(600_000_000 - OutboundPace.BURST_NANOS, pace.waitNanos());
  }

  @Test
  void aPauseSavesNothingUp() {
    OutboundPace pace = new OutboundPace(MIB, time);
    pace.spend(1 << 20);
    time.advance(Duration.ofSeconds(100));
    pace.spend(1 << 20);
    assertEquals(1_000_000_000 - OutboundPace.BURST_NANOS, pace.waitNanos());
  }

  @Test
  void withoutALimitNothingWaits() {
    OutboundPace pace = new OutboundPace(0, time);
    pace.spend(Integer.MAX_VALUE);
    assertEquals(0, pace.waitNanos());
  }

  /** Goal: whatever the writes, the rate holds over any run. Method: a sender that obeys, in virtual time. */
  @Property(tries = 200)
  void aSenderThatObeysKeepsTheRate(
      @ForAll @Size(min = 1, max = 50) List<@IntRange(min = 1, max = 1 << 20) Integer> writes) {
    VirtualTime clock = new VirtualTime();
    OutboundPace pace = new OutboundPace(MIB, clock);
    long startNanos = clock.nanoTime();
    long sent = 0;
    List<Integer> left = new ArrayList<>(writes);
    while (!left.isEmpty()) {
      clock.advance(Duration.ofNanos(pace.waitNanos()));
      long allowed =
          (clock.nanoTime() - startNanos + OutboundPace.BURST_NANOS) * MIB / 1_000_000_000;
      assertTrue(sent <= allowed + 1, sent + " sent, allowed " + allowed);
      int bytes = left.removeFirst();
      pace.spend(bytes);
      sent += bytes;
    }
  }
}
