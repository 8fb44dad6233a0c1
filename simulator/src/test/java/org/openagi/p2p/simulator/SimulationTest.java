package org.openagi.p2p.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.simulator.fault.FaultKind;

class SimulationTest {
  private static Report run(int nodes, long seed) {
    return new Simulation(SimulationConfig.of(nodes, seed, Duration.ofMinutes(1))).run();
  }

  @Test
  void theSameSeedDoesTheSameAndAnotherSomethingElse() {
    Report first = run(12, 7);
    Report second = run(12, 7);
    assertEquals(first.traceHash(), second.traceHash());
    assertEquals(first.events(), second.events());
    assertNotEquals(first.traceHash(), run(12, 8).traceHash());
  }

  /** Goal: messages between nodes that can't connect are carried by others. Method: one pair in eight is barred, nothing else. */
  @Test
  void othersCarryWhatNoConnectionCan() {
    Report report = new Simulation(SimulationConfig.of(12, 1, Duration.ofMinutes(1))
            .withFaults(EnumSet.of(FaultKind.BARRED)))
        .run();
    assertTrue(report.isClean(), () -> report.findings().toString());
    assertTrue(report.parcels() > 10, report::toString);
    assertTrue(report.acknowledged() > report.submitted() * 9 / 10, report::toString);
  }

  /** Goal: no seed breaks a promise. Method: ten of them with all faults; the nightly command runs 200 that are larger. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void everyPromiseIsKeptWhateverGoesWrong(long seed) {
    Report report = run(12, seed);
    assertTrue(report.isClean(), () -> report.findings().toString());
    assertTrue(report.faults() > 2, "something went wrong");
    assertTrue(report.acknowledged() > report.submitted() / 2, report::toString);
  }
}
