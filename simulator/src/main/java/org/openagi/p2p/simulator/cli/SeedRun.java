package org.openagi.p2p.simulator.cli;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.simulator.Report;
import org.openagi.p2p.simulator.Simulation;
import org.openagi.p2p.simulator.SimulationConfig;

/** How one run ended: with a report, or with what it threw. */
record SeedRun(@Nullable Report report, @Nullable Throwable thrown) {
  /** Runs it. What it throws is a finding too, and must not end the other runs. */
  static SeedRun of(SimulationConfig config) {
    try {
      return new SeedRun(new Simulation(config).run(), null);
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      return new SeedRun(null, e);
    }
  }
}
