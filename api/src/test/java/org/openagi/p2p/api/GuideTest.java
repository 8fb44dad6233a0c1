package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.testkit.Await;
import org.openagi.p2p.testkit.Repository;

/** The examples of docs/api.md, run as they stand: each answer is as described, and as printed below its example. */
class GuideTest {
  /** Blocks of the shell, each with the answer that may be printed right below it. */
  private static final Pattern BLOCK =
      Pattern.compile("(?ms)^```sh\\R(.*?)^```$(?:\\R```json\\R(.*?)^```$)?");

  /** Tells on standard error which request curl made and what the status was. */
  private static final String CURL =
      "curl() { command curl -w '%{stderr}%{method} %{http_code} %{url_effective}' \"$@\"; }\n";

  private static final long PATIENCE_SECONDS = 60;
  private static final int ASKED_AGAIN = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  Path home;

  private ApiNode alice;
  private ApiNode bob;

  @BeforeEach
  void start() throws Exception {
    needCurl();
    Path data = Files.createDirectories(home.resolve(".local/share/openagi-p2p"));
    alice = new ApiNode(data, "alice", false);
    bob = new ApiNode(home, "bob", false, alice.manager);
    Await.until(Duration.ofSeconds(40), "a link", () -> alice
        .manager
        .getPeerInfo("bob")
        .filter(peer -> peer.link().isPresent()
            && peer.reputation().isPresent()
            && peer.clockAhead().isPresent())
        .isPresent());
    assertTrue(bob.manager
        .sendMessage(NetworkMessage.text("alice", "good morning"), "alice")
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  @AfterEach
  void stop() throws IOException {
    if (bob != null) bob.close();
    if (alice != null) alice.close();
  }

  private static void needCurl() {
    boolean there = List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "curl")));
    if (there) return;
    String why = "curl is not installed, which runs the examples of docs/api.md";
    if (Boolean.getBoolean("interop.required")) Assertions.fail(why);
    Assumptions.abort(why);
  }

  @Test
  void theExamplesDoWhatTheGuideSays() throws Exception {
    OpenApi description = new OpenApi();
    List<Example> examples = new ArrayList<>();
    StringBuilder before = new StringBuilder(CURL);
    Matcher block = BLOCK.matcher(Files.readString(Repository.file("docs/api.md")));
    while (block.find()) {
      if (block.group(1).contains("curl ")) {
        examples.add(new Example(before.toString(), block.group(1), block.group(2)));
      } else {
        before.append(block.group(1));
      }
    }
    assertTrue(examples.size() >= 15, () -> "only " + examples.size() + " examples found");
    for (Example example : examples) example.check(description, home);
  }

  /**
   * One request.
   *
   * @param before what sets the variables
   * @param printed the answer below it, or null
   */
  private record Example(String before, String command, String printed) {
    /** Asks again if the answer does not fit: what one command did is seen by the next a moment later. */
    void check(OpenApi description, Path home) throws Exception {
      for (int left = ASKED_AGAIN; ; left--) {
        Ran ran = run(home);
        try {
          compare(description, ran);
          return;
        } catch (AssertionError e) {
          if (left == 0 || !ran.method().equals("GET")) throw e;
        }
      }
    }

    private void compare(OpenApi description, Ran ran) throws IOException {
      String path = description.pathOf(ran.method(), ran.path());
      description.check(ran.method(), path, ran.status(), ran.body());
      if (printed == null) {
        assertEquals(200, ran.status(), command);
      } else {
        description.check(ran.method(), path, ran.status(), printed);
        assertSameMembers(command, JSON.readTree(printed), JSON.readTree(ran.body()));
      }
    }

    private Ran run(Path home) throws Exception {
      Path out = home.resolve("out");
      Path err = home.resolve("err");
      ProcessBuilder builder = new ProcessBuilder("sh", "-eu", "-c", before + command)
          .redirectOutput(out.toFile())
          .redirectError(err.toFile());
      String path = builder.environment().get("PATH");
      builder.environment().clear(); // no proxies, and no XDG_DATA_HOME
      builder.environment().put("PATH", path);
      builder.environment().put("HOME", home.toString());
      Process shell = builder.start();
      if (!shell.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        shell.destroyForcibly();
        Assertions.fail("still runs after " + PATIENCE_SECONDS + " s: " + command);
      }
      String told = Files.readString(err);
      assertEquals(0, shell.exitValue(), () -> command + told);
      String[] request = told.split(" ", 3);
      return new Ran(
          request[0],
          URI.create(request[2]).getPath(),
          Integer.parseInt(request[1]),
          Files.readString(out));
    }
  }

  /** A request that was made, and what came back. */
  private record Ran(String method, String path, int status, String body) {}

  /** Objects have the same members; of lists the first elements count. What kinds of values there may be is described. */
  private static void assertSameMembers(String where, JsonNode printed, JsonNode real) {
    if (printed.isNull() || real.isNull()) return;
    String both = where + ": printed " + printed + ", but it was " + real;
    assertEquals(printed.getNodeType(), real.getNodeType(), both);
    if (printed.isObject()) {
      List<String> expected = new ArrayList<>();
      List<String> actual = new ArrayList<>();
      printed.fieldNames().forEachRemaining(expected::add);
      real.fieldNames().forEachRemaining(actual::add);
      assertEquals(expected, actual, both);
      for (String name : expected) {
        assertSameMembers(where + " " + name, printed.get(name), real.get(name));
      }
    } else if (printed.isArray()) {
      assertEquals(printed.isEmpty(), real.isEmpty(), both);
      if (!printed.isEmpty()) assertSameMembers(where + "[0]", printed.get(0), real.get(0));
    }
  }
}
