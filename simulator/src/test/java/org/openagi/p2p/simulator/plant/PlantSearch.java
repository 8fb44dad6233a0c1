package org.openagi.p2p.simulator.plant;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.openagi.p2p.simulator.Report;
import org.openagi.p2p.simulator.Simulation;
import org.openagi.p2p.simulator.SimulationConfig;
import org.openagi.p2p.simulator.check.Finding;
import org.openagi.p2p.simulator.check.Promise;
import org.openagi.p2p.simulator.fault.FaultKind;
import org.openagi.p2p.simulator.node.Ports;

/** Looks whether the checkers see a bug that was put between the parts of all nodes. */
public final class PlantSearch {
  private static final int SEEDS = 50;

  private PlantSearch() {}

  /** Fails unless one of 50 seeds breaks a promise as expected; prints how many it took. */
  public static void isFound(String bug, Set<FaultKind> faults, Ports ports, Promise... expected) {
    isFound(bug, faults, ports, finding -> List.of(expected).contains(finding.promise()));
  }

  /** Fails unless one of 50 seeds has a finding as expected; prints how many it took. */
  public static void isFound(
      String bug, Set<FaultKind> faults, Ports ports, Predicate<Finding> expected) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Report report = new Simulation(SimulationConfig.of(12, seed, Duration.ofMinutes(2))
              .withFaults(faults)
              .withPorts(ports))
          .run();
      Optional<Finding> found = report.findings().stream().filter(expected).findFirst();
      if (found.isPresent()) {
        System.out.println(
            bug + ": found with seed " + seed + ", " + found.get().what());
        return;
      }
    }
    fail(bug + " was not found with " + SEEDS + " seeds");
  }
}
