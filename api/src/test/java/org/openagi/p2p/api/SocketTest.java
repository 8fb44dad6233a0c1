package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.network.event.NetworkEvent;

/** The WebSocket's channels, and clients that do not behave. */
class SocketTest {
  @TempDir
  Path folder;

  private ApiNode node;

  @BeforeEach
  void start() throws IOException {
    node = new ApiNode(folder, "alice", false);
  }

  @AfterEach
  void stop() throws IOException {
    node.close();
  }

  private void publish(String cause) {
    node.manager
        .events()
        .publish(new NetworkEvent.FaultEvent(
            Instant.now(), NetworkEvent.Fault.DIAL_FAILED, Optional.empty(), cause, "nothing"));
  }

  @Test
  void clientsHearOnlyWhatTheyAskedFor() throws Exception {
    ApiNode.Socket socket = node.socket();
    assertEquals("welcome", socket.await("welcome").get("type"));
    socket.say("{\"type\":\"ping\"}");
    socket.await("pong");
    socket.say("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"security_events\"]}}");
    socket.await("subscribed");
    publish("first");
    assertEquals("security_events", socket.await("fault").get("channel"));
    socket.say("{\"type\":\"unsubscribe\",\"data\":{\"channels\":[\"security_events\"]}}");
    socket.await("subscribed");
    publish("second");
    socket.say("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"monitoring_events\"]}}");
    Map<String, Object> next = socket.await(each -> !"subscribed".equals(each.get("type")));
    assertEquals("sample", next.get("type"), "nothing of a channel that was left");
    assertEquals(
        2,
        node.get("/api/v1/events").list("events").stream()
            .filter(each -> each.get("type").equals("fault"))
            .count());
  }

  @Test
  void pingsOfTheProtocolAreAnswered() throws Exception {
    ApiNode.Socket socket = node.socket();
    socket.await("welcome");
    socket.ping("are you there");
    assertEquals("are you there", socket.await("PONG").get("data"));
  }

  @Test
  void whatIsSaidWronglyIsAnsweredByAnError() throws Exception {
    ApiNode.Socket socket = node.socket();
    for (String wrong : List.of(
        "nonsense",
        "[]",
        "{}",
        "{\"type\":\"fly\"}",
        "{\"type\":\"ack\"}",
        "{\"type\":\"ack\",\"data\":{\"number\":99}}",
        "{\"type\":\"subscribe\",\"data\":{\"channels\":[\"none\"]}}")) {
      socket.say(wrong);
      assertTrue(socket.await("error").toString().contains("code"), wrong);
    }
    socket.say("{\"type\":\"ping\"}");
    socket.await("pong");
  }
}
