package org.openagi.p2p.messaging.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.testkit.SeededRandom;

/** The disk stops, lies down, or changes its mind, at every moment of a scripted run. */
class JournalCrashTest {
  private static final int STEPS = 120;
  private static final int LONG_STEPS = 200;

  private record Run(JournalScript script, SimDisk disk) {}

  private static Run start(long seed) throws IOException {
    JournalScript script = new JournalScript(seed);
    SimDisk disk = new SimDisk(SeededRandom.of(seed + 1000));
    return new Run(script, disk);
  }

  private static long operations(long seed, int steps) throws IOException {
    Run run = start(seed);
    run.script.open(run.disk);
    run.script.run(steps);
    run.script.work();
    return run.disk.operations();
  }

  /** Goal: no crash loses a promise. Method: stop at each write, rename and sync, lose what was not forced, look. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aCrashAtAnyOperationKeepsEveryPromise(long seed) throws IOException {
    crashAnywhere(seed, STEPS);
  }

  @ParameterizedTest
  @MethodSource("manySeeds")
  @Tag("torture")
  void aCrashAtAnyOperationOfALongRunKeepsEveryPromise(long seed) throws IOException {
    long crashes = crashAnywhere(seed, LONG_STEPS);
    System.out.println("journal: seed " + seed + ", " + LONG_STEPS + " steps, crashed at each of "
        + crashes + " operations: no promise was broken");
  }

  static LongStream manySeeds() {
    return LongStream.rangeClosed(101, 108);
  }

  private static long crashAnywhere(long seed, int steps) throws IOException {
    long operations = operations(seed, steps);
    assertTrue(operations > 60, "the script is long enough");
    for (long at = 0; at < operations; at++) {
      Run run = start(seed);
      run.disk.failAt(at, SimDisk.Fault.CRASH, false);
      try {
        run.script.open(run.disk);
        run.script.run(steps);
        run.script.work();
      } catch (SimDisk.CrashException stopped) {
        // as planned
      }
      SimDisk left = run.disk.afterCrash();
      try {
        goOn(run.script, left);
      } catch (AssertionError | IOException e) {
        throw new AssertionError("seed " + seed + ", operation " + at + ": " + e.getMessage(), e);
      }
    }
    return operations;
  }

  private static void goOn(JournalScript script, SimDisk disk) throws IOException {
    script.open(disk);
    script.check();
    script.run(20);
    script.work();
    script.store.close();
    script.open(disk);
    script.check();
  }

  /** The same, and the machine stops again while the journal is being repaired. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void aCrashDuringRecoveryKeepsEveryPromise(long seed) throws IOException {
    crashTwice(seed, STEPS, 11);
  }

  @ParameterizedTest
  @MethodSource("manySeeds")
  @Tag("torture")
  void aCrashDuringRecoveryFromALongRunKeepsEveryPromise(long seed) throws IOException {
    crashTwice(seed, LONG_STEPS, 7);
  }

  private static void crashTwice(long seed, int steps, int every) throws IOException {
    long operations = operations(seed, steps);
    for (long at = 3; at < operations; at += every) {
      for (long again = 0; again < 8; again++) {
        Run run = start(seed);
        run.disk.failAt(at, SimDisk.Fault.CRASH, false);
        try {
          run.script.open(run.disk);
          run.script.run(steps);
        } catch (SimDisk.CrashException stopped) {
          // as planned
        }
        SimDisk left = run.disk.afterCrash();
        left.failAt(again, SimDisk.Fault.CRASH, false);
        try {
          run.script.open(left);
          run.script.store.work();
        } catch (SimDisk.CrashException stopped) {
          // as planned
        }
        try {
          goOn(run.script, left.afterCrash());
        } catch (AssertionError | IOException e) {
          throw new AssertionError(
              "seed " + seed + ", operation " + at + ", then " + again + ": " + e.getMessage(), e);
        }
      }
    }
  }

  /** Goal: after the first error nothing is accepted, and nothing that was is lost. */
  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  void anErrorOfTheDiskEndsAcceptanceForGood(long seed) throws IOException {
    failAnywhere(seed, STEPS, SimDisk.Fault.IO_ERROR, 3);
  }

  /** Goal: it is not tried again, since a sync that works after one that failed says nothing. */
  @ParameterizedTest
  @ValueSource(longs = {23, 24})
  void anErrorThatGoesAwayEndsAcceptanceForGood(long seed) throws IOException {
    failAnywhere(seed, STEPS, SimDisk.Fault.IO_ERROR_ONCE, 3);
  }

  @ParameterizedTest
  @MethodSource("manySeeds")
  @Tag("torture")
  void anErrorAnywhereInALongRunEndsAcceptanceForGood(long seed) throws IOException {
    failAnywhere(seed, LONG_STEPS, SimDisk.Fault.IO_ERROR, 1);
    failAnywhere(seed, LONG_STEPS, SimDisk.Fault.IO_ERROR_ONCE, 1);
  }

  private static void failAnywhere(long seed, int steps, SimDisk.Fault fault, int every)
      throws IOException {
    long operations = operations(seed, steps);
    for (long at = 20; at < operations; at += every) {
      for (boolean syncs : new boolean[] {false, true}) {
        Run run = start(seed);
        run.script.open(run.disk);
        run.disk.failAt(syncs ? at / 8 : at, fault, syncs);
        run.script.run(steps);
        run.script.work();
        if (run.script.store.failure() != null) {
          int before = run.script.accepted();
          run.script.run(30);
          run.script.work();
          assertEquals(before, run.script.accepted(), "accepted after the disk failed");
          assertEquals(
              1, run.script.events.stream().filter(e -> e.startsWith("failed")).count());
        }
        run.script.store.close();
        try {
          goOn(run.script, run.disk.afterCrash());
        } catch (AssertionError | IOException e) {
          throw new AssertionError(
              "seed " + seed + ", " + fault + " at " + at + ": " + e.getMessage(), e);
        }
      }
    }
  }

  /** Goal: a flipped bit is named, or was in nothing that counts. Method: flip one in every 13th byte of each file. */
  @Test
  void aFlippedBitIsNamedOrHarmless() throws IOException {
    Run run = start(31);
    run.script.open(run.disk);
    run.script.run(STEPS);
    run.script.work();
    run.script.store.close();
    int named = 0;
    for (String file : run.disk.list()) {
      int length = run.disk.bytesOf(file).length;
      for (int at = 0; at < length; at += 13) {
        SimDisk changed = run.disk.copy();
        changed.bytesOf(file)[at] ^= (byte) (1 << (at % 8));
        Run same = start(31);
        same.script.open(same.disk);
        same.script.run(STEPS);
        same.script.work();
        try {
          same.script.open(changed);
        } catch (JournalDamagedException e) {
          assertEquals(file, e.file(), "flip at " + at + ": " + e.getMessage());
          assertTrue(e.offset() <= at, "flip at " + at + ": " + e.getMessage());
          named++;
          continue;
        }
        try {
          same.script.check();
        } catch (AssertionError e) {
          fail(file + " flip at " + at + ": " + e.getMessage());
        }
      }
    }
    assertTrue(named > 30, named + " flips were named");
  }

  @Test
  void aMissingSegmentIsNamed() throws IOException {
    Run run = start(41);
    run.script.open(run.disk);
    run.script.run(STEPS);
    run.script.work();
    run.script.store.close();
    var files = run.disk.list();
    assertTrue(files.size() >= 2, "needs segments");
    SimDisk changed = run.disk.copy();
    changed.delete(files.getLast());
    try {
      run.script.open(changed);
      fail("opened without " + files.getLast());
    } catch (JournalDamagedException e) {
      assertEquals(files.getLast(), e.file());
    }
  }

  @Test
  void anOrderlyEndLeavesNothingToRepair() throws IOException {
    Run run = start(51);
    run.script.open(run.disk);
    run.script.run(STEPS);
    run.script.store.close();
    run.script.open(run.disk);
    assertEquals(
        java.util.List.of(),
        run.script.events.stream().filter(e -> !e.startsWith("compacted")).toList());
    assertNull(run.script.store.failure());
    assertNotNull(run.script.store);
  }
}
