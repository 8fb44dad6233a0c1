package org.openagi.p2p.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a handler that blocks slows its sender and nobody else, and costs no memory. Method: three processes; one
 * floods another whose handler blocks, the third measures its own exchange with both, before and meanwhile.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class BlockedHandlerTest {
  private static final int PINGS = 300;
  private static final long MIB = 1 << 20;

  /** What a flat heap may differ between samples: counters, timers, the log of the test itself. */
  private static final long HEAP_SLACK_BYTES = 24 * MIB;

  /** A third party's time may grow by this on a busy machine; a blocked one would take seconds. */
  private static final long SLACK_MICROS = 50_000;

  @TempDir
  private Path folder;

  @Test
  void slowsItsSenderAndNobodyElse() throws Exception {
    blocksFor(4);
  }

  @Test
  @Tag("torture")
  void slowsItsSenderAndNobodyElseForAMinute() throws Exception {
    blocksFor(60);
  }

  private void blocksFor(int seconds) throws Exception {
    try (ObedientProcess slow = ObedientProcess.start("slow", folder);
        ObedientProcess flood = ObedientProcess.start("flood", folder);
        ObedientProcess other = ObedientProcess.start("other", folder)) {
      flood.ask("connect " + slow.address());
      other.ask("connect " + slow.address());
      other.ask("connect " + flood.address());
      long[] slowBefore = pinged(other, slow);
      long[] floodBefore = pinged(other, flood);

      slow.ask("block flood");
      flood.ask("flood slow");
      while (flood.numbers("counts")[1] == 0) Thread.onSpinWait();
      long[] atFirst = flood.numbers("counts");
      List<Long> slowHeap = new ArrayList<>();
      List<Long> floodHeap = new ArrayList<>();
      List<long[]> slowMeanwhile = new ArrayList<>();
      List<long[]> floodMeanwhile = new ArrayList<>();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      while (System.nanoTime() < end) {
        slowMeanwhile.add(pinged(other, slow));
        floodMeanwhile.add(pinged(other, flood));
        slowHeap.add(slow.numbers("heap")[0]);
        floodHeap.add(flood.numbers("heap")[0]);
      }
      long[] atLast = flood.numbers("counts");
      flood.ask("calm");
      slow.ask("release");
      long[] counts = flood.numbers("counts");
      while (counts[2] + counts[3] < counts[0]) counts = flood.numbers("counts");
      long[] taken = slow.numbers("taken");

      System.out.printf(
          "blocked for %d s: its sender had %d messages accepted and was refused %d times; heap %s MiB"
              + " there, %s MiB at the handler; the third party's p50/p99 %s -> %s us with the handler's"
              + " node, %s -> %s us with the sender; afterwards %d arrived in order, %d out of it%n",
          seconds,
          atLast[0],
          atLast[1],
          mebibytes(floodHeap),
          mebibytes(slowHeap),
          micros(List.of(slowBefore)),
          micros(slowMeanwhile),
          micros(List.of(floodBefore)),
          micros(floodMeanwhile),
          taken[0],
          taken[1]);
      assertEquals(counts[0], taken[0], "all that was accepted arrived in order");
      assertEquals(0, taken[1], "out of order");
      assertTrue(atLast[1] > atFirst[1], "the sender was refused until the end");
      assertEquals(0, counts[3], "what was accepted was acknowledged when the handler went on");
      assertFlat(slowHeap);
      assertFlat(floodHeap);
      for (int i = 0; i <= 1; i++) { // p50, p99
        assertTrue(medianOf(slowMeanwhile, i) <= slowBefore[i] + SLACK_MICROS);
        assertTrue(medianOf(floodMeanwhile, i) <= floodBefore[i] + SLACK_MICROS);
      }
    }
  }

  private static long[] pinged(ObedientProcess from, ObedientProcess to) throws Exception {
    return from.numbers("ping " + to.name() + " " + PINGS);
  }

  /** The median over rounds of pings of what was measured in each. */
  private static long medianOf(List<long[]> rounds, int what) {
    long[] sorted = rounds.stream().mapToLong(round -> round[what]).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static String micros(List<long[]> rounds) {
    return medianOf(rounds, 0) + "/" + medianOf(rounds, 1);
  }

  private static String mebibytes(List<Long> samples) {
    long min = samples.stream().mapToLong(Long::longValue).min().orElse(0);
    long max = samples.stream().mapToLong(Long::longValue).max().orElse(0);
    return min / MIB + ".." + max / MIB;
  }

  private static void assertFlat(List<Long> samples) {
    long first = samples.getFirst();
    for (long sample : samples) {
      assertTrue(sample < first + HEAP_SLACK_BYTES, () -> "the heap grows: " + samples);
    }
  }
}
