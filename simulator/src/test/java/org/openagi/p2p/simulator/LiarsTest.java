package org.openagi.p2p.simulator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.simulator.fault.FaultKind;

/**
 * Goal: who lies is found out and cut off, nobody else is blamed, and no message suffers. Method: one of twelve nodes breaks
 * rules, with each seed in another way; nothing else goes wrong, but that one pair of nodes in eight needs others for its messages.
 */
class LiarsTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6})
  void aLiarHarmsItselfAlone(long seed) {
    Report report = new Simulation(SimulationConfig.of(12, seed, Duration.ofMinutes(1))
            .withFaults(EnumSet.of(FaultKind.BYZANTINE, FaultKind.BARRED)))
        .run();
    assertTrue(report.isClean(), () -> report.findings().toString());
    assertTrue(report.acknowledged() > report.submitted() * 8 / 10, report::toString);
  }
}
