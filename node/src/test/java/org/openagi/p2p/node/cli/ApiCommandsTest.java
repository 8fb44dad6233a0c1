package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.ApiServer;
import org.openagi.p2p.api.http.Secrets;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.testkit.Await;

/** Commands that ask the node that runs with their data folder. */
@Timeout(150)
class ApiCommandsTest {
  @TempDir
  Path folder;

  private CliRun run(String command, String... arguments) {
    return CliRun.of(folder.resolve("alice"), command, arguments);
  }

  @Test
  void withoutANodeThatRunsEachSaysSoAndWhatToDo() throws Exception {
    for (String command : List.of("status", "stats", "tail", "top")) {
      CliRun result = run(command);
      assertEquals(1, result.status(), command);
      assertTrue(result.err().contains("no node runs with the data folder"), result.err());
      assertTrue(result.err().contains("p2p node"), result.err());
    }
    CliRun config = run("config", "max_connections", "--json");
    assertEquals(0, config.status(), config.err());
    assertEquals("50", config.json().getFirst().get("value"));
    assertTrue(config.err().contains("no node runs"), config.err());
    assertEquals(1, run("config", "nonsense").status());
  }

  @Test
  void theAddressOfANodeThatDiedIsNotAsked() throws Exception {
    Path data = Files.createDirectories(folder.resolve("alice"));
    Files.writeString(data.resolve(ApiServer.ADDRESS_FILE), "http://127.0.0.1:1\n");
    assertTrue(run("status").err().contains("no node runs with"));
    try (DataFolder held = DataFolder.open(data)) {
      CliRun result = run("status");
      assertEquals(1, result.status());
      assertFalse(result.err().contains("internal error"), result.err());
    }
  }

  /** As {@code p2p stats --watch | head -1}: the stream of the process swallows what went wrong. */
  @Test
  void whatWouldGoOnForeverEndsWhenNobodyReadsAnyMore() throws Exception {
    OutputStream closed = new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("Broken pipe");
      }
    };
    try (Session alice = LoopbackNode.start(folder, "alice", "")) {
      assertTrue(alice.manager().connectedPeers().isEmpty());
      var err = new ByteArrayOutputStream();
      var cli = new Cli(InputStream.nullInputStream(), new PrintStream(closed), err);
      for (List<String> command : List.of(
          List.of("stats", "--watch", "--interval", "0.1"),
          List.of("tail", "--channel", "monitoring_events"))) {
        List<String> line = new ArrayList<>(command);
        line.addAll(List.of("--data", folder.resolve("alice").toString()));
        assertEquals(0, cli.run(line.toArray(String[]::new)), err::toString);
      }
      assertEquals("", err.toString(StandardCharsets.UTF_8));
    }
  }

  @Test
  void theyAskTheNodeThatRuns() throws Exception {
    try (Session alice = LoopbackNode.start(folder, "alice", "");
        Session bob = LoopbackNode.start(
            folder, "bob", alice.manager().addresses().getFirst().toString())) {
      bob.manager().registerMessageHandler(message -> {});
      Await.until(
          Duration.ofSeconds(60), "a link", () -> alice.manager().peerId("bob").isPresent());
      state();
      peers(bob);
      messages();
      tail(bob);
    }
  }

  /** The API is opened once the node has its folder and its ports, and has peers that are faster. */
  @Test
  void whatHappenedBeforeTheApiWasOpenedIsToldAsWell() throws Exception {
    try (Session alice = LoopbackNode.start(folder, "alice", "")) {
      String url = alice.apiUrl().orElseThrow();
      Path token = folder.resolve("alice").resolve(Secrets.TOKEN_FILE);
      HttpRequest asked = HttpRequest.newBuilder(URI.create(url + "/api/v1/events"))
          .header("Authorization", "Bearer " + Secrets.read(token))
          .build();
      try (HttpClient client = HttpClient.newHttpClient()) {
        Await.until(Duration.ofSeconds(60), "it told where it listens", () -> client
            .sendAsync(asked, HttpResponse.BodyHandlers.ofString())
            .join()
            .body()
            .contains("\"number\":1,\"type\":\"listening\""));
      }
    }
  }

  private void state() {
    Map<String, Object> status = run("status", "--json").json().getFirst();
    assertEquals("alice", status.get("name"));
    assertEquals("running", status.get("state"));
    assertTrue(run("status").out().contains("1 connected"), run("status").out());
    Map<String, Object> stats = run("stats", "--json").json().getFirst();
    assertTrue(stats.containsKey("messages"), stats::toString);
    CliRun table = run("stats");
    assertEquals(0, table.status(), table.err());
    assertTrue(table.out().contains("connectedPeers"), table.out());
    assertTrue(table.out().contains("host"), table.out());
    assertFalse(run("stats", "host").out().contains("connectedPeers"));
    assertEquals(2, run("stats", "--interval", "0").status());
    CliRun config = run("config", "--changed");
    assertTrue(config.out().contains("discovery = manual  # "), config.out());
    assertFalse(config.out().contains("# default"), config.out());
    CliRun top = run("top");
    assertEquals(0, top.status(), top.err());
    assertTrue(top.out().contains("bob"), top.out());
    assertFalse(top.out().contains("\033"), top.out());
  }

  private void peers(Session bob) {
    CliRun json = run("peers", "--json");
    assertEquals("", json.err());
    Map<String, Object> peer = json.json().getFirst();
    assertEquals("peer", peer.get("event"));
    assertEquals("bob", peer.get("name"));
    assertEquals(bob.manager().identity().peerId().toString(), peer.get("peerId"));
    assertEquals(true, peer.get("connected"));
    assertTrue(run("peers").out().contains("bob"));
    CliRun ping = run("ping", "bob", "--count", "2", "--interval", "0", "--json");
    assertEquals(0, ping.status(), ping.err());
    List<Object> events = ping.json().stream().map(each -> each.get("event")).toList();
    assertEquals(List.of("pong", "pong", "summary"), events);
  }

  private void messages() {
    CliRun sent = run("send", "bob", "hello", "--json");
    assertEquals(0, sent.status(), sent.err());
    Map<String, Object> end = sent.json().getFirst();
    assertEquals("acknowledged", end.get("event"));
    assertEquals("bob", end.get("to"));
    assertEquals(5L, ((Number) end.get("bytes")).longValue());
    assertTrue(((Number) end.get("micros")).longValue() > 0);
    CliRun lost = run("send", "nobody-of-that-name", "hello");
    assertEquals(1, lost.status());
    assertEquals(1, lost.err().lines().count(), lost.err());
    assertTrue(lost.err().contains("nobody-of-that-name"), lost.err());
  }

  private void tail(Session bob) throws Exception {
    CompletableFuture<CliRun> tail = CompletableFuture.supplyAsync(
        () -> run("tail", "--json", "--channel", "messages", "--count", "1"));
    Await.until(Duration.ofSeconds(60), "a line", () -> {
      bob.manager().submit(NetworkMessage.text("alice", "for tail")).outcome().join();
      return tail.isDone();
    });
    CliRun result = tail.get(60, TimeUnit.SECONDS);
    assertEquals(0, result.status(), result.err());
    assertEquals("message", result.json().getFirst().get("type"));
    assertTrue(result.out().contains("for tail"), result.out());
    assertEquals(2, run("tail", "--channel", "nonsense").status());
  }
}
