package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.node.demo.NodeProgram;
import org.openagi.p2p.testkit.Await;

/**
 * {@code p2p top} on a pseudo-terminal, as a person has it: the program {@code script} makes one, and a shell in it notes how
 * the terminal was set before and after.
 */
@Timeout(150)
@EnabledOnOs(OS.LINUX)
class TopTerminalTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int HEAP_MEGABYTES = 64;
  private static final String BEGIN = "\033[?1049h";
  private static final String END = "\033[?1049l";

  @TempDir
  Path folder;

  private final StringBuffer shown = new StringBuffer();

  private Process start() throws IOException {
    return start("xterm");
  }

  private Process start(String kind) throws IOException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script(1)");
    List<String> top = new ArrayList<>(NodeProgram.command(
        HEAP_MEGABYTES, List.of("top", "--data", folder.resolve("alice").toString())));
    top.add(1, "-Dp2p.terminal=true");
    Files.writeString(folder.resolve("session"), """
        trap : INT
        stty rows 20 cols 100
        tty > tty
        stty -a > before
        '%s' < /dev/null
        echo $? > status
        stty -a > after
        """.formatted(String.join("' '", top)));
    ProcessBuilder session = new ProcessBuilder("script", "-qfec", "sh session", "/dev/null")
        .directory(folder.toFile())
        .redirectErrorStream(true);
    session.environment().put("TERM", kind);
    Process process = session.start();
    Reader reader = process.inputReader(StandardCharsets.UTF_8);
    Thread.ofVirtual().start(() -> read(reader));
    return process;
  }

  private void read(Reader from) {
    char[] some = new char[4096];
    try (from) {
      for (int n = from.read(some); n >= 0; n = from.read(some)) shown.append(some, 0, n);
    } catch (IOException e) {
      shown.append(e);
    }
  }

  private void await(String text) {
    Await.until(PATIENCE, text, () -> shown.indexOf(text) >= 0);
  }

  private void press(Process process, String key) throws IOException {
    OutputStream keyboard = process.getOutputStream();
    keyboard.write(key.getBytes(StandardCharsets.US_ASCII));
    keyboard.flush();
  }

  private void assertLeftInOrder(Process process) throws Exception {
    assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), shown::toString);
    assertEquals("0\n", Files.readString(folder.resolve("status")), shown::toString);
    String size = "rows \\d+; columns \\d+";
    assertEquals(
        Files.readString(folder.resolve("before")).replaceAll(size, ""),
        Files.readString(folder.resolve("after")).replaceAll(size, ""));
    await(END);
    String after = shown.substring(shown.indexOf(END));
    assertTrue(after.contains("\033[?25h") || shown.indexOf("\033[?25h" + END) >= 0, "no cursor");
    assertTrue(after.indexOf("alice") < 0, "it went on drawing");
  }

  @Test
  void itFollowsTheSizeOfTheTerminalAndQLeavesThatAsItWas() throws Exception {
    try (Session alice = LoopbackNode.start(folder, "alice", "")) {
      assertTrue(alice.manager().connectedPeers().isEmpty());
      Process process = start();
      try {
        await(BEGIN);
        await("0 messages wait (0 B)"); // which takes more than 40 columns
        String tty = Files.readString(folder.resolve("tty")).strip();
        Process resize = new ProcessBuilder("stty", "-F", tty, "rows", "4", "cols", "40")
            .redirectErrorStream(true)
            .start();
        assertEquals(0, resize.waitFor());
        await("… 2 more lines");
        String picture = shown.substring(shown.lastIndexOf("\033[H"));
        for (String line : picture.replaceAll("\033\\[[0-9;?]*[a-zA-Z]", "").split("\r+\n", -1)) {
          assertTrue(line.length() <= 40, line);
        }
        press(process, "xQ");
        assertLeftInOrder(process);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void aDumbTerminalIsPrintedToOnce() throws Exception {
    try (Session alice = LoopbackNode.start(folder, "alice", "")) {
      assertTrue(alice.manager().connectedPeers().isEmpty());
      Process process = start("dumb");
      try {
        assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), shown::toString);
        await("no peers");
        assertEquals("0\n", Files.readString(folder.resolve("status")), shown::toString);
        assertEquals(-1, shown.indexOf("\033"), shown::toString);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void ctrlCLeavesItAsItWasAlsoWhileTheNodeIsAway() throws Exception {
    Process process;
    try (Session alice = LoopbackNode.start(folder, "alice", "")) {
      assertTrue(alice.manager().connectedPeers().isEmpty());
      process = start();
      await("messages wait");
    }
    try {
      await("waiting for it");
      press(process, "\003");
      assertLeftInOrder(process);
    } finally {
      process.destroyForcibly();
    }
  }
}
