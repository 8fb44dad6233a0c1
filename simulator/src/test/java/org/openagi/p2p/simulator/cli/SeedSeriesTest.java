package org.openagi.p2p.simulator.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.simulator.Report;
import org.openagi.p2p.simulator.Simulation;
import org.openagi.p2p.simulator.SimulationConfig;

class SeedSeriesTest {
  /** Goal: results come in the order of the seeds. Method: the first run waits for the second one, on another thread. */
  @Test
  void resultsComeInOrderWhicheverIsFirst() throws InterruptedException {
    CountDownLatch second = new CountDownLatch(1);
    List<Long> taken = new ArrayList<>();
    new SeedSeries(new SeedRange(1, 40), 2)
        .run(
            seed -> {
              if (seed == 1) await(second);
              if (seed == 2) second.countDown();
              return 10 * seed;
            },
            (seed, result) -> {
              assertEquals(10 * seed, result);
              taken.add(seed);
            });
    assertEquals(40, taken.size());
    assertEquals(taken.stream().sorted().toList(), taken);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Goal: what runs beside a simulation changes nothing about it. Method: four at once, and each of them alone. */
  @Test
  void runsAtOnceDoWhatTheyDoAlone() throws InterruptedException {
    SimulationConfig config = SimulationConfig.of(4, 1, Duration.ofSeconds(10));
    List<Report> together = new ArrayList<>();
    new SeedSeries(new SeedRange(1, 4), 4)
        .run(seed -> SeedRun.of(config.withSeed(seed)), (seed, run) -> {
          assertNotNull(run.report());
          together.add(run.report());
        });
    for (int i = 0; i < 4; i++) {
      Report alone = new Simulation(config.withSeed(i + 1)).run();
      assertEquals(alone.traceHash(), together.get(i).traceHash());
    }
  }

  @Test
  void aRunThatThrowsIsAFindingWithItsCommand() {
    StringWriter text = new StringWriter();
    SimulationConfig config = SimulationConfig.of(4, 1, Duration.ofMinutes(1)).withFaults(Set.of());
    SeriesPrinter printer = new SeriesPrinter(new PrintWriter(text), null, false, config, 2);
    printer.print(7, new SeedRun(null, new IllegalStateException("oh")));
    assertFalse(printer.end(1));
    assertTrue(text.toString().contains("oh"), text::toString);
    assertTrue(
        text.toString().contains("./p2p sim --nodes 4 --seed 7 --minutes 1 --faults none"),
        text::toString);
    assertTrue(text.toString().contains("0 clean, 1 broken (7)"), text::toString);
  }

  @Test
  void aRangeHasABound() {
    assertEquals(new SeedRange(3, 3), SeedRange.parse("3"));
    assertEquals(200, SeedRange.parse("1..200").count());
    assertThrows(IllegalArgumentException.class, () -> SeedRange.parse("2..1"));
    assertThrows(IllegalArgumentException.class, () -> SeedRange.parse("1..2000000"));
    assertThrows(
        IllegalArgumentException.class,
        () -> SeedRange.parse(Long.MIN_VALUE + ".." + Long.MAX_VALUE));
  }
}
