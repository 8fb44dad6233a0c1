package org.openagi.p2p.messaging.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.StoreReport;
import org.openagi.p2p.messaging.StoreReport.Damage;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.VirtualTime;

/** A journal is looked at without being opened. */
class JournalCheckTest {
  private static final int STEPS = 120;

  private final SimDisk disk = new SimDisk(SeededRandom.of(1001));
  private final JournalScript script = new JournalScript(1);

  private void run() throws IOException {
    script.open(disk);
    script.run(STEPS);
    script.work();
  }

  private static StoreReport check(SimDisk disk) throws IOException {
    return JournalMessageStore.verify(disk.view(), DeadLetterLimits.DEFAULT);
  }

  private static Optional<JournalDamagedException> failureOfOpening(SimDisk disk)
      throws IOException {
    try {
      JournalMessageStore.open(
          disk,
          JournalScript.CONFIG,
          SeededRandom.of(5),
          new VirtualTime(),
          Runnable::run,
          new JournalListener() {},
          () -> {});
      return Optional.empty();
    } catch (JournalDamagedException e) {
      return Optional.of(e);
    }
  }

  private long waiting() {
    List<String> ids = new ArrayList<>();
    script.store.forEachWaiting(message -> ids.add(message.messageId()));
    return ids.size();
  }

  @Test
  void aSoundJournalIsCountedAndNotChanged() throws IOException {
    run();
    long waiting = waiting();
    int dead = script.store.deadLetters().size();
    script.store.close();
    SimDisk before = disk.copy();
    long operations = disk.operations();
    StoreReport report = check(disk);
    assertEquals(operations, disk.operations(), "nothing was written");
    assertEquals(before.list(), disk.list());
    for (String name : disk.list()) assertArrayEquals(before.bytesOf(name), disk.bytesOf(name));
    assertTrue(report.isSound(), report.toString());
    assertNull(report.torn());
    assertEquals(disk.list().size(), report.files());
    long bytes = 0;
    for (String name : disk.list()) bytes += disk.bytesOf(name).length;
    assertEquals(bytes, report.bytes());
    assertTrue(waiting > 5 && dead > 0, "the script does something");
    assertEquals(waiting, report.messages());
    assertEquals(dead, report.deadLetters());
    assertTrue(report.records() > waiting, report.toString());
  }

  @Test
  void anEmptyFolderIsSound() throws IOException {
    StoreReport report = check(disk);
    assertTrue(report.isSound());
    assertEquals(0, report.files() + report.records() + report.messages());
  }

  /** Goal: what opens is sound, what does not is damaged at the same place. Method: flip one bit in every 29th byte. */
  @Test
  void aFlippedBitIsFoundWhereOpeningFindsIt() throws IOException {
    run();
    script.store.close();
    int found = 0;
    for (String file : disk.list()) {
      for (int at = 0; at < disk.bytesOf(file).length; at += 29) {
        SimDisk changed = disk.copy();
        changed.bytesOf(file)[at] ^= (byte) (1 << (at % 8));
        StoreReport report = check(changed);
        Optional<JournalDamagedException> failure = failureOfOpening(changed);
        String where = file + " flipped at " + at + ": " + report;
        assertEquals(failure.isEmpty(), report.isSound(), where);
        if (failure.isEmpty()) continue;
        found++;
        Damage first = report.damages().getFirst();
        assertEquals(failure.get().file(), first.file(), where);
        assertEquals(failure.get().offset(), first.offset(), where);
      }
    }
    assertTrue(found > 20, found + " flips were found");
  }

  @Test
  void whatACrashLeavesIsATornEndAndNoDamage() throws IOException {
    int torn = 0;
    run();
    long operations = disk.operations();
    for (long at = 5; at < operations; at += 3) {
      SimDisk crashing = new SimDisk(SeededRandom.of(at));
      JournalScript same = new JournalScript(1);
      crashing.failAt(at, SimDisk.Fault.CRASH, false);
      try {
        same.open(crashing);
        same.run(STEPS);
        same.work();
      } catch (SimDisk.CrashException stopped) {
        // as planned
      }
      SimDisk left = crashing.afterCrash();
      StoreReport report = check(left);
      assertTrue(report.isSound(), "crash at " + at + ": " + report);
      same.events.clear();
      same.open(left);
      List<String> cuts = same.events.stream().filter(e -> e.startsWith("cut")).toList();
      if (cuts.isEmpty()) continue;
      torn++;
      StoreReport.Torn end = report.torn();
      assertNotNull(end, "crash at " + at);
      assertEquals(List.of("cut " + end.file() + " " + end.offset()), cuts);
    }
    assertTrue(torn > 3, torn + " ends were torn");
  }

  @Test
  void eachDamageIsNamedAndWhatIsBehindItIsRead() throws IOException {
    run();
    long whole = check(disk).records();
    script.store.close();
    List<String> files = disk.list();
    assertTrue(files.size() >= 2, files.toString());
    String first = files.getFirst();
    String last = files.getLast();
    disk.bytesOf(first)[SegmentHeader.BYTES + 2] ^= 1;
    disk.bytesOf(last)[9] ^= 1;
    StoreReport report = check(disk);
    assertEquals(
        List.of(first, last),
        report.damages().stream().map(Damage::file).distinct().toList(),
        report.toString());
    assertEquals(SegmentHeader.BYTES, report.damages().getFirst().offset());
    assertTrue(report.records() > whole / 2, report.records() + " of " + whole);
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    run();
    script.store.close();
    List<String> files = disk.list();
    assertTrue(files.size() >= 3, files.toString());
    disk.delete(files.get(1));
    StoreReport report = check(disk);
    assertEquals(List.of(new Damage(files.get(1), 0, "file is missing")), report.damages());
  }

  @Test
  void manyDamagesAreCountedBeyondThoseThatAreTold() throws IOException {
    run();
    script.store.close();
    Damage damage = new Damage("f", 1, "x");
    StoreReport report =
        new StoreReport(1, 1, 1, 0, 0, java.util.Collections.nCopies(3, damage), 7, null, false);
    assertEquals(3, report.damages().size());
    assertEquals(false, report.isSound());
  }

  // ---- while it is in use ----

  @Test
  void aJournalInUseIsSoundAtAnyMoment() throws IOException {
    script.open(disk);
    for (int i = 0; i < 200; i++) {
      script.run(1);
      StoreReport report = script.store.verify().orElseThrow();
      assertTrue(report.isSound(), "step " + i + ": " + report);
      assertTrue(report.inUse());
      assertNull(report.torn());
    }
    script.work();
    assertEquals(waiting(), script.store.verify().orElseThrow().messages());
  }

  @Test
  void damageInAFileInUseIsNamed() throws IOException {
    run();
    List<String> files =
        disk.list().stream().filter(name -> Segment.idOf(name) > 0).toList();
    assertTrue(files.size() >= 2, files.toString());
    String first = files.getFirst();
    disk.bytesOf(first)[SegmentHeader.BYTES + 2] ^= 1;
    String last = files.getLast();
    disk.bytesOf(last)[SegmentHeader.BYTES + 40] ^= 1;
    StoreReport report = script.store.verify().orElseThrow();
    assertEquals(
        List.of(first, last),
        report.damages().stream().map(Damage::file).distinct().toList(),
        report.toString());
  }

  /** Goal: a file that is given up and used anew while it is read is no damage. Method: its bytes are others by then. */
  @Test
  void aFileThatIsGivenUpMeanwhileIsLeftOut() throws IOException {
    run();
    List<Long> ids =
        disk.list().stream().map(Segment::idOf).filter(id -> id > 0).toList();
    long first = ids.getFirst();
    SimDisk changed = disk.copy();
    changed.bytesOf(Segment.nameOf(first))[SegmentHeader.BYTES + 2] ^= 1;
    List<List<JournalCheck.Part>> answers = new ArrayList<>();
    List<JournalCheck.Part> all =
        ids.stream().map(id -> new JournalCheck.Part(id, -1)).toList();
    answers.add(all.subList(0, all.size() - 1));
    answers.add(all.subList(1, all.size() - 1));
    Supplier<List<JournalCheck.Part>> parts =
        () -> answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
    StoreReport report = JournalCheck.ofUsed(changed.view(), parts, DeadLetterLimits.DEFAULT);
    assertTrue(report.isSound(), report.toString());
    answers.clear();
    answers.add(all.subList(0, all.size() - 1));
    report = JournalCheck.ofUsed(changed.view(), parts, DeadLetterLimits.DEFAULT);
    assertEquals(Segment.nameOf(first), report.damages().getFirst().file());
  }
}
