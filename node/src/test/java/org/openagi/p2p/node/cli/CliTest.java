package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Parsing, printing and exit codes, in this process. */
class CliTest {
  @TempDir
  Path folder;

  private static CliRun run(String... args) {
    return CliRun.of(args);
  }

  @Test
  void createsAnIdentityOnceAndShowsItAgain() {
    String data = folder.resolve("new/alice").toString();
    Map<String, Object> first =
        run("id", "--json", "--name", "alice", "--data", data).json().getFirst();
    Map<String, Object> second =
        run("id", "--json", "--name", "alice", "--data", data).json().getFirst();
    assertEquals(true, first.get("created"));
    assertEquals(false, second.get("created"));
    assertEquals(first.get("peerId"), second.get("peerId"));
    assertEquals("alice", first.get("name"));
    CliRun shown = run("id", "--data", data);
    assertEquals(0, shown.status());
    assertTrue(shown.out().contains(String.valueOf(first.get("peerId"))), shown.out());
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void refusesAKeyThatOthersCanReadInOneLine() throws Exception {
    run("id", "--data", folder.toString());
    Path key = folder.resolve("identity.key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    CliRun result = run("id", "--data", folder.toString());
    assertEquals(1, result.status());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("chmod 600 " + key), result.err());
  }

  @Test
  void refusesADamagedKeyInOneLine() throws Exception {
    run("id", "--data", folder.toString());
    Files.writeString(folder.resolve("identity.key"), "nonsense");
    CliRun result = run("id", "--data", folder.toString(), "--json");
    assertEquals(1, result.status());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("damaged"), result.err());
    assertEquals("error", result.json().getFirst().get("event"));
  }

  @Test
  void tellsEveryProblemOfTheConfigurationAtOnce() throws Exception {
    Path file = folder.resolve("p2p.conf");
    Files.writeString(file, "max_connections = none\nretry_atempts = 3\n");
    CliRun result =
        run("id", "--config", file.toString(), "--message-timeout", "soon", "--colour", "red");
    assertEquals(2, result.status());
    for (String part :
        List.of("--colour", "max_connections", "retry_atempts", "message_timeout", "soon")) {
      assertTrue(result.err().contains(part), part + " in " + result.err());
    }
    assertEquals("", result.out());
  }

  @Test
  void forgetsAPinnedName() throws Exception {
    String id =
        String.valueOf(run("id", "--json", "--data", folder.resolve("other").toString())
            .json()
            .getFirst()
            .get("peerId"));
    Files.writeString(folder.resolve("known_peers"), "bob " + id + " 2026-01-02T03:04:05Z\n");
    CliRun result = run("peers", "--data", folder.toString(), "--forget", "bob", "--json");
    assertEquals(0, result.status(), result.err());
    assertEquals(id, result.json().getFirst().get("peerId"));
    assertFalse(Files.readString(folder.resolve("known_peers")).contains(id));
    CliRun again = run("peers", "--data", folder.toString(), "--forget", "bob");
    assertEquals(1, again.status());
    assertEquals(1, again.err().lines().count(), again.err());
  }

  @Test
  void endsWithTwoForWrongUsage() {
    assertEquals(2, run().status());
    assertEquals(2, run("id", "too", "many").status());
    CliRun unknown = run("frobnicate");
    assertEquals(2, unknown.status());
    assertEquals("p2p: no command 'frobnicate'\np2p: see p2p --help\n", unknown.err());
  }

  @Test
  void aMistypedCommandIsToldWhatIsNear() {
    CliRun near = run("statsu");
    assertEquals(2, near.status());
    assertTrue(
        near.err().startsWith("p2p: no command 'statsu'; did you mean status or stats?\n"),
        near.err());
    assertTrue(run("tpo").err().contains("did you mean top?\n"));
    assertFalse(run("warmup").err().contains("did you mean"), "is hidden");
    CliRun early = run("--json", "status");
    assertEquals(2, early.status());
    assertTrue(early.err().startsWith("p2p: the command comes first, "), early.err());
  }

  @Test
  void helpIsACommandToo() {
    assertEquals(run("--help"), run("help"));
    assertEquals(run("stats", "--help"), run("help", "stats"));
    assertEquals(2, run("help", "nonsense").status());
  }

  @Test
  void aFolderIsNoContent() {
    String data = folder.resolve("sender").toString();
    CliRun sent = run("send", "bob", "@" + folder, "--data", data);
    assertEquals(1, sent.status());
    assertEquals("p2p: a folder and no file: " + folder + "\n", sent.err());
    CliRun copied = run("copy", folder.toString(), "bob", "--data", data);
    assertEquals(1, copied.status());
    assertEquals("p2p: not a regular file: " + folder + "\n", copied.err());
    CliRun never = run("send", "bob", "hi", "--timeout", "-1", "--data", data);
    assertEquals(2, never.status());
    assertTrue(never.err().contains("--timeout -1.0: 0.001 to "), never.err());
  }

  @Test
  void everyCommandHasHelp() {
    CliRun help = run("--help");
    assertEquals(0, help.status());
    List<String> commands = List.of(
        "id",
        "node",
        "status",
        "peers",
        "send",
        "copy",
        "listen",
        "ping",
        "queue",
        "stats",
        "top",
        "tail",
        "config",
        "doctor",
        "topology",
        "trace",
        "demo",
        "completion");
    for (String command : commands) {
      assertTrue(help.out().contains("\n  " + command + " "), command + " in " + help.out());
      CliRun own = run(command, "--help");
      assertEquals(0, own.status());
      assertTrue(own.out().startsWith("Usage: p2p " + command), own.out());
      assertTrue(own.out().contains("Exit codes:\n  0     done\n  1     failed"), own.out());
      for (String line : own.out().split("\n")) assertTrue(line.length() <= 80, line);
    }
  }

  @Test
  void printsEverySettingWithItsOrigin() {
    CliRun result = run("id", "--print-config", "--name", "alice");
    assertEquals(0, result.status());
    assertTrue(result.out().contains("name = alice  # flag --name\n"), result.out());
    assertTrue(result.out().contains("max_connections = 50  # default\n"), result.out());
    assertFalse(Files.exists(folder.resolve("identity.key")));
  }

  @Test
  void printsACompletionScriptThatKnowsTheOptions() {
    for (String shell : List.of("bash", "zsh")) {
      CliRun result = run("completion", shell);
      assertEquals(0, result.status());
      assertTrue(result.out().contains("--max-connections"), result.out());
      assertTrue(result.out().contains("complete -F _complete_p2p"), result.out());
    }
    assertEquals(2, run("completion", "fish").status());
  }
}
