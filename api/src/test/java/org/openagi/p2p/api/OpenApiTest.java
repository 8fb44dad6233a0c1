package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.ApiNode.Answer;
import org.openagi.p2p.testkit.Await;

/** Every operation that is described is called, and what it answers is as described. */
class OpenApiTest {
  @TempDir
  Path folder;

  private final Set<String> called = new TreeSet<>();
  private OpenApi description;
  private ApiNode alice;
  private ApiNode bob;

  @BeforeEach
  void start() throws IOException {
    description = new OpenApi();
    alice = new ApiNode(folder, "alice", false);
    bob = new ApiNode(folder, "bob", true, alice.manager);
    Await.until(
        Duration.ofSeconds(40),
        "a link",
        () -> alice
                .manager
                .getPeerInfo("bob")
                .filter(peer -> peer.link().isPresent() && peer.reputation().isPresent())
                .isPresent()
            && bob.manager.getPeerInfo("alice").isPresent());
  }

  @AfterEach
  void stop() throws IOException {
    bob.close();
    alice.close();
  }

  private Answer call(int status, String method, String path, String url, String body)
      throws Exception {
    Answer answer = alice.send(alice
        .request(url)
        .method(method, HttpRequest.BodyPublishers.ofString(body))
        .build());
    return checked(status, method, path, answer);
  }

  private Answer checked(int status, String method, String path, Answer answer) {
    description.check(method, path, answer);
    assertEquals(
        status, answer.status(), method + " " + path + ": " + answer.response().body());
    called.add(method + " " + path);
    return answer;
  }

  private Answer get(int status, String path, String url) throws Exception {
    return call(status, "GET", path, url, "");
  }

  @Test
  void everyOperationAnswersAsDescribed() throws Exception {
    for (String path : Set.of(
        "status",
        "identity",
        "config",
        "stats",
        "topology",
        "peers",
        "inbox",
        "inbox/waiting",
        "queue",
        "events",
        "metrics",
        "openapi.json")) {
      get(200, "/api/v1/" + path, "/api/v1/" + path);
    }
    peers();
    messages();
    queue();
    held();
    sessions();
    assertEquals(description.operations(), called);
  }

  private void peers() throws Exception {
    get(200, "/api/v1/peers/{peer}", "/api/v1/peers/bob");
    get(404, "/api/v1/peers/{peer}", "/api/v1/peers/nobody");
    call(200, "POST", "/api/v1/peers/{peer}/ping", "/api/v1/peers/bob/ping", "");
    String address = bob.manager.addresses().getFirst().toString();
    call(200, "POST", "/api/v1/peers", "/api/v1/peers", "{\"peer\":\"" + address + "\"}");
    call(400, "POST", "/api/v1/peers", "/api/v1/peers", "{}");
    call(404, "DELETE", "/api/v1/peers/{peer}/pin", "/api/v1/peers/nobody/pin", "");
    call(204, "DELETE", "/api/v1/peers/{peer}/pin", "/api/v1/peers/bob/pin", "");
  }

  private void messages() throws Exception {
    String toBob = "{\"to\":\"" + bob.manager.identity().peerId() + "\",\"text\":\"hi\"}";
    Answer sent = call(202, "POST", "/api/v1/messages", "/api/v1/messages", toBob);
    call(415, "POST", "/api/v1/messages", "/api/v1/messages", "nonsense");
    String id = (String) sent.json().get("id");
    get(200, "/api/v1/messages/{id}", "/api/v1/messages/" + id);
    get(404, "/api/v1/messages/{id}", "/api/v1/messages/none");
    get(200, "/api/v1/messages/{id}/trace", "/api/v1/messages/" + id + "/trace");
    get(200, "/api/v1/queue/{id}", "/api/v1/queue/" + id);
    get(200, "/api/v1/queue", "/api/v1/queue");
  }

  private void queue() throws Exception {
    String nowhere = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
    Answer lost = call(
        200,
        "POST",
        "/api/v1/messages",
        "/api/v1/messages",
        "{\"to\":\"" + nowhere + "\",\"base64\":\"AAEC\",\"lifetimeMillis\":1,\"wait\":true}");
    String id = (String) lost.json().get("id");
    assertEquals("EXPIRED", lost.json().get("state"));
    Answer again =
        call(200, "POST", "/api/v1/queue/{id}/retry", "/api/v1/queue/" + id + "/retry", "");
    call(409, "POST", "/api/v1/queue/{id}/retry", "/api/v1/queue/" + id + "/retry", "");
    String newId = (String) again.json().get("id");
    call(200, "DELETE", "/api/v1/queue/{id}", "/api/v1/queue/" + newId, "");
    call(404, "DELETE", "/api/v1/queue/{id}", "/api/v1/queue/none", "");
  }

  private void held() throws Exception {
    Answer page = bob.get("/api/v1/inbox?waitMillis=30000");
    checked(200, "GET", "/api/v1/inbox", page);
    checked(200, "GET", "/api/v1/inbox/waiting", bob.get("/api/v1/inbox/waiting"));
    checked(
        204,
        "POST",
        "/api/v1/inbox/{number}/nack",
        bob.post("/api/v1/inbox/1/nack?why=not+now", ""));
    bob.get("/api/v1/inbox?after=1&waitMillis=30000");
    checked(204, "POST", "/api/v1/inbox/{number}/ack", bob.post("/api/v1/inbox/2/ack", ""));
  }

  private void sessions() throws Exception {
    String body = "{\"token\":\"" + alice.token() + "\"}";
    call(204, "POST", "/api/v1/session", "/api/v1/session", body);
    call(401, "POST", "/api/v1/session", "/api/v1/session", "{\"token\":\"wrong\"}");
    get(204, "/api/v1/session", "/api/v1/session");
    call(204, "DELETE", "/api/v1/session", "/api/v1/session", "");
    HttpRequest bare = HttpRequest.newBuilder(URI.create(alice.server.url() + "/api/v1/status"))
        .build();
    checked(401, "GET", "/api/v1/status", alice.send(bare));
  }
}
