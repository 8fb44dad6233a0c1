package org.openagi.p2p.network.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.StoreReport;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.journal.JournalListener;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;

class QueueFolderTest {
  private static final PeerId PEER = HostKey.fromSeed(Bytes.wrap(new byte[32])).peerId();
  private static final int ENOUGH = 2000;

  @TempDir
  Path folder;

  private static QueueFolder open(Path data) throws IOException {
    JournalConfig config = JournalConfig.of(
        16 << 20, JournalConfig.Sync.ALWAYS, Duration.ofHours(1), QueueFolder.bootId());
    return QueueFolder.open(data, config, TimeSource.system(), new JournalListener() {});
  }

  private static OutboxEntry append(OutboxLog<OutboxEntry> log, String text) {
    OutboxEntry entry = new OutboxEntry(
        NetworkMessage.text(PEER.toString(), text),
        new LaneNumbering(log.epoch(), Lane.BULK),
        0,
        null);
    log.append(entry);
    return entry;
  }

  private static Set<String> waiting(QueueFolder queue) {
    Set<String> texts = new HashSet<>();
    queue.store().forEachWaiting(message -> texts.add(message.entry().message().text()));
    return texts;
  }

  @Test
  void whatWasAcceptedIsThereAgainAndNobodyElseCanReadIt() throws Exception {
    try (QueueFolder queue = open(folder)) {
      append(queue.store().outbox(PEER, Lane.BULK), "hello").accepted().get(10, TimeUnit.SECONDS);
    }
    try (QueueFolder queue = open(folder)) {
      assertEquals(Set.of("hello"), waiting(queue));
      assertEquals(List.of(PEER), queue.store().recipientsWaiting());
    }
    Path inner = folder.resolve(QueueFolder.FOLDER);
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(inner)));
    try (var files = Files.list(inner)) {
      for (Path file : files.toList()) {
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    }
  }

  @Test
  void oneProcessHasTheFolder() throws Exception {
    try (QueueFolder queue = open(folder)) {
      IOException refused = assertThrows(IOException.class, () -> open(folder));
      assertTrue(refused.getMessage().endsWith("is in use by another process"));
      assertEquals(Set.of(), waiting(queue));
    }
  }

  @Test
  void aFolderIsVerifiedWithoutBeingChangedAndKeepsNodesOutMeanwhile() throws Exception {
    try (QueueFolder queue = open(folder)) {
      append(queue.store().outbox(PEER, Lane.BULK), "hello").accepted().get(10, TimeUnit.SECONDS);
      StoreReport live = queue.store().verify().orElseThrow();
      assertTrue(live.isSound() && live.inUse(), live.toString());
      assertEquals(1, live.messages());
      IOException held = assertThrows(IOException.class, () -> verify(folder));
      assertTrue(held.getMessage().endsWith("is in use by another process"), held.getMessage());
    }
    Path inner = folder.resolve(QueueFolder.FOLDER);
    Map<String, byte[]> before = contents(inner);
    StoreReport report = verify(folder);
    assertTrue(report.isSound(), report.toString());
    assertEquals(1, report.messages());
    Map<String, byte[]> after = contents(inner);
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
    Files.delete(inner.resolve("lock"));
    assertTrue(verify(folder).isSound(), "a copy without the lock");
  }

  private static StoreReport verify(Path data) throws IOException {
    return QueueFolder.verify(data, DeadLetterLimits.DEFAULT);
  }

  private static Map<String, byte[]> contents(Path folder) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }

  /** Goal: a second process is told who is in its way. Method: another process holds the folder. */
  @Test
  void theFolderOfAnotherProcessIsRefusedByName() throws Exception {
    Process process = java(Holder.class);
    try (BufferedReader said = process.inputReader()) {
      assertEquals("open", said.readLine());
      IOException refused = assertThrows(IOException.class, () -> open(folder));
      assertEquals(
          "the message queue " + folder.resolve(QueueFolder.FOLDER)
              + " is in use by another process",
          refused.getMessage());
      process.outputWriter().close();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "the other process ended");
    } finally {
      process.destroyForcibly();
    }
    open(folder).close();
  }

  private Process java(Class<?> main) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Holds a queue until its input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      try (QueueFolder queue = open(Path.of(arguments[0]))) {
        System.out.println("open");
        System.in.readAllBytes();
      }
    }
  }

  /** Goal: kill -9 loses nothing that was accepted. Method: a process says what was, until it is killed. */
  @Test
  void aKilledProcessLosesNothingThatWasAccepted() throws Exception {
    Process process = java(Appender.class);
    Set<String> accepted = new HashSet<>();
    try (BufferedReader said = process.inputReader()) {
      String line;
      while ((line = said.readLine()) != null) {
        accepted.add(line);
        if (accepted.size() == ENOUGH) process.toHandle().destroyForcibly();
      }
    } finally {
      process.destroyForcibly();
    }
    assertTrue(process.waitFor(10, TimeUnit.SECONDS), "the process ended");
    assertTrue(accepted.size() >= ENOUGH, accepted.size() + " were accepted");
    try (QueueFolder queue = open(folder)) {
      Set<String> found = waiting(queue);
      accepted.removeAll(found);
      assertEquals(Set.of(), accepted, "accepted and lost");
    }
  }

  /** Appends messages until it is killed, and prints those that were accepted. */
  static final class Appender {
    private Appender() {}

    public static void main(String[] arguments) throws Exception {
      QueueFolder queue = open(Path.of(arguments[0]));
      OutboxLog<OutboxEntry> log = queue.store().outbox(PEER, Lane.BULK);
      for (int batch = 0; batch < 100_000; batch += 20) {
        OutboxEntry last = append(log, "m" + batch);
        for (int i = batch + 1; i < batch + 20; i++) last = append(log, "m" + i);
        last.accepted().get();
        StringBuilder lines = new StringBuilder();
        for (int i = batch; i < batch + 20; i++) lines.append('m').append(i).append('\n');
        System.out.print(lines);
        System.out.flush();
      }
    }
  }
}
