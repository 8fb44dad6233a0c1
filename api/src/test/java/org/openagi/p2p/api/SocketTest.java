package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.socket.SocketHub;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.testkit.Await;

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

  @Test
  void manyListenAndOneThatStallsCostsBoundedMemory() throws Exception {
    for (int i = 0; i < 100; i++) {
      node.socket().say("{\"type\":\"subscribe\",\"data\":{\"channels\":[\"security_events\"]}}");
    }
    try (Socket stalled = stalled()) {
      Await.until(Duration.ofSeconds(40), "all are there", () -> sockets().subscribers() == 101);
      String cause = "x".repeat(10_000);
      Await.until(Duration.ofSeconds(60), "some news are missed", () -> {
        for (int i = 0; i < 100; i++) publish(cause);
        return sockets().missed() > 0;
      });
      assertTrue(
          sockets().waiting() <= 101 * 1024,
          "what waits is bounded, but " + sockets().waiting());
      ApiNode.Socket witness = node.socket();
      witness.say("{\"type\":\"ping\"}");
      witness.await("pong");
      assertTrue(stalled.isConnected());
    }
    Await.until(
        Duration.ofSeconds(40), "the stalled one is gone", () -> sockets().subscribers() == 101);
  }

  private SocketHub.Stats sockets() {
    return node.server.stats().sockets();
  }

  /** A client that subscribes and reads nothing more. */
  private Socket stalled() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(
        InetAddress.getLoopbackAddress(), URI.create(node.server.url()).getPort()));
    String upgrade = "GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
        + node.token()
        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    socket.getOutputStream().write(upgrade.getBytes(StandardCharsets.US_ASCII));
    InputStream in = socket.getInputStream();
    assertEquals("HTTP/1.1 101", new String(in.readNBytes(12), StandardCharsets.US_ASCII));
    byte[] text = "{\"type\":\"subscribe\",\"data\":{\"channels\":[\"security_events\"]}}"
        .getBytes(StandardCharsets.US_ASCII);
    byte[] frame = new byte[text.length + 6]; // masked by zeros
    frame[0] = (byte) 0x81;
    frame[1] = (byte) (0x80 | text.length);
    System.arraycopy(text, 0, frame, 6, text.length);
    socket.getOutputStream().write(frame);
    return socket;
  }
}
