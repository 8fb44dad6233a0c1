package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
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
  private record Result(int status, String out, String err) {
    @SuppressWarnings("unchecked") // a JSON object has string keys
    Map<String, Object> json() {
      return (Map<String, Object>) Jsonb.builder().build().type(Object.class).fromJson(out);
    }
  }

  @TempDir
  Path folder;

  private static Result run(String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status = new Cli(new ByteArrayInputStream(new byte[0]), out, err).run(args);
    return new Result(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void createsAnIdentityOnceAndShowsItAgain() {
    String data = folder.resolve("new/alice").toString();
    Map<String, Object> first =
        run("id", "--json", "--name", "alice", "--data", data).json();
    Map<String, Object> second =
        run("id", "--json", "--name", "alice", "--data", data).json();
    assertEquals(true, first.get("created"));
    assertEquals(false, second.get("created"));
    assertEquals(first.get("peerId"), second.get("peerId"));
    assertEquals("alice", first.get("name"));
    Result shown = run("id", "--data", data);
    assertEquals(0, shown.status);
    assertTrue(shown.out.contains(String.valueOf(first.get("peerId"))), shown.out);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void refusesAKeyThatOthersCanReadInOneLine() throws Exception {
    run("id", "--data", folder.toString());
    Path key = folder.resolve("identity.key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    Result result = run("id", "--data", folder.toString());
    assertEquals(1, result.status);
    assertEquals(1, result.err.lines().count(), result.err);
    assertTrue(result.err.contains("chmod 600 " + key), result.err);
  }

  @Test
  void refusesADamagedKeyInOneLine() throws Exception {
    run("id", "--data", folder.toString());
    Files.writeString(folder.resolve("identity.key"), "nonsense");
    Result result = run("id", "--data", folder.toString(), "--json");
    assertEquals(1, result.status);
    assertEquals(1, result.err.lines().count(), result.err);
    assertTrue(result.err.contains("damaged"), result.err);
    assertEquals("error", result.json().get("event"));
  }

  @Test
  void tellsEveryProblemOfTheConfigurationAtOnce() throws Exception {
    Path file = folder.resolve("p2p.conf");
    Files.writeString(file, "max_connections = none\nretry_atempts = 3\n");
    Result result =
        run("id", "--config", file.toString(), "--message-timeout", "soon", "--colour", "red");
    assertEquals(2, result.status);
    for (String part :
        List.of("--colour", "max_connections", "retry_atempts", "message_timeout", "soon")) {
      assertTrue(result.err.contains(part), part + " in " + result.err);
    }
    assertEquals("", result.out);
  }

  @Test
  void forgetsAPinnedName() throws Exception {
    String id = String.valueOf(
        run("id", "--json", "--data", folder.resolve("other").toString()).json().get("peerId"));
    Files.writeString(folder.resolve("known_peers"), "bob " + id + " 2026-01-02T03:04:05Z\n");
    Result result = run("peers", "--data", folder.toString(), "--forget", "bob", "--json");
    assertEquals(0, result.status, result.err);
    assertEquals(id, result.json().get("peerId"));
    assertFalse(Files.readString(folder.resolve("known_peers")).contains(id));
    Result again = run("peers", "--data", folder.toString(), "--forget", "bob");
    assertEquals(1, again.status);
    assertEquals(1, again.err.lines().count(), again.err);
  }

  @Test
  void endsWithTwoForWrongUsage() {
    assertEquals(2, run().status);
    assertEquals(2, run("id", "too", "many").status);
    Result unknown = run("frobnicate");
    assertEquals(2, unknown.status);
    assertEquals("p2p: no command 'frobnicate'\np2p: see p2p --help\n", unknown.err);
  }

  @Test
  void everyCommandHasHelp() {
    Result help = run("--help");
    assertEquals(0, help.status);
    for (String command : List.of("id", "demo", "completion")) {
      assertTrue(help.out.contains("\n  " + command + " "), command + " in " + help.out);
      Result own = run(command, "--help");
      assertEquals(0, own.status);
      assertTrue(own.out.startsWith("Usage: p2p " + command), own.out);
      for (String line : own.out.split("\n")) assertTrue(line.length() <= 80, line);
    }
  }

  @Test
  void printsEverySettingWithItsOrigin() {
    Result result = run("id", "--print-config", "--name", "alice");
    assertEquals(0, result.status);
    assertTrue(result.out.contains("name = alice  # flag --name\n"), result.out);
    assertTrue(result.out.contains("max_connections = 50  # default\n"), result.out);
    assertFalse(Files.exists(folder.resolve("identity.key")));
  }

  @Test
  void printsACompletionScriptThatKnowsTheOptions() {
    for (String shell : List.of("bash", "zsh")) {
      Result result = run("completion", shell);
      assertEquals(0, result.status);
      assertTrue(result.out.contains("--max-connections"), result.out);
      assertTrue(result.out.contains("complete -F _complete_p2p"), result.out);
    }
    assertEquals(2, run("completion", "fish").status);
  }
}
