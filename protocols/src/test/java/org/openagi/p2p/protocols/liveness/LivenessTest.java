package org.openagi.p2p.protocols.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.protocols.liveness.LivenessMonitor.Action;
import org.openagi.p2p.testkit.VirtualTime;

class LivenessTest {
  private static final LivenessConfig CONFIG = LivenessConfig.defaults();
  private static final Duration TICK = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final LivenessClock clock =
      new LivenessClock(time.nanoTime(), TICK.toNanos(), TICK.toNanos() / 2);
  private final LivenessMonitor monitor = new LivenessMonitor(CONFIG, clock.timeNanos());
  private final List<String> seen = new ArrayList<>();
  private long bytesIn;
  private long seconds;

  private Action tickAfter(Duration step) {
    time.advance(step);
    seconds += step.toSeconds();
    LinkState before = monitor.state();
    Action action = monitor.onTick(clock.onTick(time.nanoTime()), bytesIn);
    if (action != Action.NONE) seen.add(seconds + " " + action);
    if (monitor.state() != before) seen.add(seconds + " " + monitor.state());
    return action;
  }

  private void run(int ticks) {
    for (int i = 0; i < ticks; i++) tickAfter(TICK);
  }

  @Test
  void aSilentPeerIsPingedSuspectedAndGivenUp() {
    run(100);
    assertEquals(
        List.of("30 PING", "40 PING", "40 SUSPECT", "50 PING", "60 CLOSE", "60 DEAD"), seen);
  }

  @Test
  void whoHasPatienceWaitsLonger() {
    monitor.setPatience(Duration.ofSeconds(95).toNanos());
    run(120);
    assertEquals(
        List.of(
            "30 PING",
            "40 PING",
            "40 SUSPECT",
            "50 PING",
            "60 PING",
            "70 PING",
            "80 PING",
            "90 PING",
            "100 CLOSE",
            "100 DEAD"),
        seen);
  }

  @Test
  void anyTrafficIsASignOfLife() {
    for (int i = 0; i < 20; i++) {
      run(29);
      bytesIn++;
    }
    assertEquals(List.of(), seen);
  }

  @Test
  void aPeerThatAnswersStaysHealthy() {
    for (int i = 0; i < 200; i++) {
      if (tickAfter(TICK) == Action.PING) bytesIn += 32;
    }
    assertEquals(LinkState.HEALTHY, monitor.state());
    assertEquals(6, seen.size());
  }

  @Test
  void aSuspectThatSpeaksIsHealthyAgain() {
    run(45);
    bytesIn++;
    run(1);
    assertEquals(List.of("30 PING", "40 PING", "40 SUSPECT", "46 HEALTHY"), seen);
    seen.clear();
    run(30);
    assertEquals(List.of("76 PING"), seen);
  }

  @Test
  void ourOwnPauseAccusesNobody() {
    run(10);
    tickAfter(Duration.ofMinutes(10)); // the laptop was closed
    assertEquals(List.of(), seen);
    run(18);
    assertEquals(List.of(), seen);
    run(2);
    assertEquals(List.of("629 PING"), seen);
  }

  @Test
  void aMachineBusyForLongSpellsGivesTheTimeBack() {
    run(31); // pinged at 30
    for (int i = 0; i < 5; i++) tickAfter(Duration.ofSeconds(9)); // each tick 8 s late
    assertEquals(LinkState.HEALTHY, monitor.state(), "5 s of listening are not 10");
    assertEquals(5, clock.lateTicks());
  }

  @Test
  void slightLatenessIsCountedInFull() {
    tickAfter(Duration.ofMillis(1400));
    assertEquals(time.nanoTime(), clock.timeNanos());
    assertEquals(0, clock.lateTicks());
  }

  @Test
  void theClockNeverRunsBackwards() {
    long last = clock.timeNanos();
    long[] steps = {1, 900, 1000, 1500, 1501, 4000, 100_000, 3};
    for (int i = 0; i < 1000; i++) {
      time.advance(Duration.ofMillis(steps[i % steps.length]));
      long now = clock.onTick(time.nanoTime());
      assertTrue(now >= last && now <= time.nanoTime());
      last = now;
    }
  }

  @Test
  void doubtBringsAPingAtOnceAndTrafficClearsIt() {
    monitor.doubt();
    run(1);
    assertEquals(List.of("1 PING"), seen);
    bytesIn++;
    run(1);
    monitor.doubt();
    bytesIn++;
    run(5);
    assertEquals(List.of("1 PING"), seen);
  }
}
