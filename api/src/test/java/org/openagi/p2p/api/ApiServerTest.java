package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.ApiNode.Answer;
import org.openagi.p2p.api.ApiNode.Socket;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.testkit.Await;

/** The local API of real nodes, through a real client. */
class ApiServerTest {
  @TempDir
  Path folder;

  private ApiNode alice;
  private ApiNode bob;

  @BeforeEach
  void start() throws IOException {
    alice = new ApiNode(folder, "alice", false);
    bob = new ApiNode(folder, "bob", true, alice.manager);
    Await.until(Duration.ofSeconds(40), "names", () -> knows(alice, "bob") && knows(bob, "alice"));
  }

  @AfterEach
  void stop() throws IOException {
    bob.close();
    alice.close();
  }

  private static boolean knows(ApiNode node, String name) {
    return node.manager.getPeerInfo(name).filter(peer -> peer.connected()).isPresent();
  }

  @Test
  void tellsHowTheNodeDoes() throws Exception {
    Map<String, Object> status = alice.get("/api/v1/status").json();
    assertEquals("running", status.get("state"));
    assertEquals("alice", status.get("name"));
    assertEquals(1L, ((Number) status.get("connectedPeers")).longValue());
    List<Map<String, Object>> peers = alice.get("/api/v1/peers").list("peers");
    assertEquals("bob", peers.getFirst().get("name"));
    Answer one = alice.get("/api/v1/peers/bob");
    assertEquals(bob.manager.identity().peerId().toString(), one.json().get("peerId"));
    assertEquals(404, alice.get("/api/v1/peers/nobody").status());
    assertEquals(200, alice.post("/api/v1/peers/bob/ping", "").status());
    assertNotNull(alice.get("/api/v1/stats").json().get("messages"));
    assertEquals(200, alice.get("/api/v1/config").status());
    assertEquals(200, alice.get("/api/v1/identity").status());
    Await.until(
        Duration.ofSeconds(40),
        "both nodes in the topology",
        () -> count(alice, "/api/v1/topology", "nodeList") == 2);
  }

  private static int count(ApiNode node, String path, String list) {
    try {
      return node.get(path).list(list).size();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aHeldMessageIsAcknowledgedWhenAClientHasHandledIt() throws Exception {
    Socket socket = bob.socket();
    socket.say("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"messages\"]}}");
    socket.await("subscribed");
    Answer sent = alice.post("/api/v1/messages", "{\"to\":\"bob\",\"text\":\"hello\"}");
    assertEquals(202, sent.status());
    String id = (String) sent.json().get("id");
    @SuppressWarnings("unchecked")
    Map<String, Object> message = (Map<String, Object>) socket.await("message").get("data");
    assertEquals("hello", message.get("text"));
    assertEquals("alice", message.get("from"));
    assertEquals(1, count(bob, "/api/v1/inbox/waiting", "messages"));
    long number = ((Number) message.get("number")).longValue();
    socket.say("{\"type\":\"ack\",\"data\":{\"number\":" + number + "}}");
    socket.await("acked");
    Await.until(
        Duration.ofSeconds(40), "acknowledged", () -> state(alice, id).equals("ACKNOWLEDGED"));
    assertEquals(200, alice.get("/api/v1/messages/" + id + "/trace").status());
    assertEquals(1, bob.get("/api/v1/inbox?after=0").list("messages").size());
    assertEquals(404, bob.post("/api/v1/inbox/" + number + "/ack", "").status());
  }

  private static String state(ApiNode node, String id) {
    try {
      return String.valueOf(node.get("/api/v1/messages/" + id).json().get("state"));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void withoutHoldingAMessageIsAcknowledgedAtOnce() throws Exception {
    Answer sent = bob.post("/api/v1/messages", "{\"to\":\"alice\",\"text\":\"hi\",\"wait\":true}");
    assertEquals(200, sent.status());
    assertEquals("ACKNOWLEDGED", sent.json().get("state"));
    Answer inbox = alice.get("/api/v1/inbox?waitMillis=30000");
    assertEquals("hi", inbox.list("messages").getFirst().get("text"));
  }

  @Test
  void whatEverybodyMaySeeNeedsNoTokenAndAllElseDoes() throws Exception {
    URI status = URI.create(alice.server.url() + "/api/v1/status");
    assertEquals(401, alice.send(HttpRequest.newBuilder(status).build()).status());
    Answer wrong = alice.send(HttpRequest.newBuilder(status)
        .header("Authorization", "Bearer nonsense")
        .build());
    assertEquals("UNAUTHENTICATED", wrong.errorCode());
    assertEquals(1L, alice.server.stats().refusals().get(ErrorCode.UNAUTHENTICATED) - 1);
  }

  @Test
  void pagesOfOthersAreRefused() throws Exception {
    Answer foreign = alice.send(
        alice.request("/api/v1/status").header("Origin", "http://evil.example").build());
    assertEquals(403, foreign.status());
    assertEquals("FOREIGN_ORIGIN", foreign.errorCode());
    Answer own = alice.send(
        alice.request("/api/v1/status").header("Origin", alice.server.url()).build());
    assertEquals(200, own.status());
  }

  @Test
  void aBrowserLogsInByTheTokenAndOut() throws Exception {
    URI session = URI.create(alice.server.url() + "/api/v1/session");
    Answer in = alice.send(HttpRequest.newBuilder(session)
        .POST(HttpRequest.BodyPublishers.ofString("{\"token\":\"" + alice.token() + "\"}"))
        .build());
    assertEquals(204, in.status());
    String cookie = in.response().headers().firstValue("Set-Cookie").orElseThrow();
    assertTrue(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    String value = cookie.substring(0, cookie.indexOf(';'));
    URI status = URI.create(alice.server.url() + "/api/v1/status");
    HttpRequest asked = HttpRequest.newBuilder(status).header("Cookie", value).build();
    assertEquals(200, alice.send(asked).status());
    assertEquals(
        204,
        alice
            .send(
                HttpRequest.newBuilder(session).header("Cookie", value).DELETE().build())
            .status());
    assertEquals(401, alice.send(asked).status());
    assertFalse(cookie.contains(alice.token()));
  }

  @Test
  void badRequestsGetTheRightCodes() throws Exception {
    assertEquals(404, alice.get("/api/v1/nonsense").status());
    assertEquals(405, alice.post("/api/v1/status", "").status());
    assertEquals(415, alice.post("/api/v1/messages", "{").status());
    assertEquals(400, alice.post("/api/v1/messages", "{\"to\":\"bob\"}").status());
    assertEquals(
        400,
        alice.post("/api/v1/messages", "{\"to\":\"bob\",\"text\":\"\",\"x\":1}").status());
    assertEquals(400, alice.get("/api/v1/inbox?limit=0").status());
    String large = "{\"to\":\"bob\",\"text\":\"" + "x".repeat(ApiConfig.MAX_BODY_BYTES) + "\"}";
    assertEquals(413, alice.post("/api/v1/messages", large).status());
    assertEquals(200, alice.get("/api/v1/status").status());
  }

  @Test
  void aPortInUseIsLeftForAFreeOneOnlyIfThatIsAllowed() throws IOException {
    int port = URI.create(alice.server.url()).getPort();
    var taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Path other = folder.resolve("other");
    ApiConfig free = new ApiConfig(taken, true, List.of(), other, "test");
    try (ApiServer second = ApiServer.open(bob.manager, free, false)) {
      int found = URI.create(second.url()).getPort();
      assertTrue(found > 0 && found != port, second.url());
    }
    ApiConfig fixed = new ApiConfig(taken, false, List.of(), other, "test");
    assertThrows(IOException.class, () -> ApiServer.open(bob.manager, fixed, false));
  }

  @Test
  void theDashboardAndItsLibrariesComeFromTheNode() throws Exception {
    for (String path :
        List.of("/", "/main.js", "/lib/uplot.js", "/lib/uplot.css", "/lib/cytoscape.js")) {
      URI page = URI.create(alice.server.url() + path);
      Answer answer = alice.send(HttpRequest.newBuilder(page).build());
      assertEquals(200, answer.status(), path);
      var headers = answer.response().headers();
      assertTrue(headers.firstValue("Content-Security-Policy").isPresent(), path);
      String type = headers.firstValue("Content-Type").orElse("");
      assertTrue(type.startsWith("text/") || type.endsWith("/javascript"), path + ": " + type);
    }
    URI none = URI.create(alice.server.url() + "/lib/LICENSE");
    assertEquals(404, alice.send(HttpRequest.newBuilder(none).build()).status());
  }
}
