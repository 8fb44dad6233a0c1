package org.openagi.p2p.api.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.websocket.WsConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.Await;

/** A server with a short limit, and clients that take their time. */
class TimedConnectionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration MAX = Duration.ofMillis(300);
  private static final String HOST = " HTTP/1.1\r\nHost: localhost\r\n";

  private final Refusals refusals = new Refusals();
  private WebServer server;

  @BeforeEach
  void start() {
    WsConfig webSocket = WsConfig.create();
    byte[] much = new byte[64 << 20];
    server = WebServer.builder()
        .address(InetAddress.getLoopbackAddress())
        .maxTcpConnections(1)
        .idleConnectionTimeout(MAX)
        .idleConnectionPeriod(MAX.dividedBy(10))
        .protocolsDiscoverServices(false)
        .addProtocol(webSocket)
        .addConnectionSelector(new TimedConnections(webSocket, MAX, refusals))
        .shutdownHook(false)
        .routing(routing -> routing
            .get("/much", (request, response) -> response.send(much))
            .post("/", (request, response) -> response.send(request.content().as(byte[].class))))
        .build()
        .start();
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private Socket connect(String words) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private long tooSlow() {
    return refusals.snapshot().getOrDefault(ErrorCode.TOO_SLOW, 0L);
  }

  /** Goal: the one place for a connection is free again after each of them. */
  @Test
  void whoNeitherSendsNorTakesInTimeIsCutOff() throws Exception {
    assertCutOff("POST /" + HOST + "X: ");
    assertCutOff("POST /" + HOST + "Content-Length: 1000000\r\n\r\n");
    assertCutOff("GET /much" + HOST + "\r\n"); // and takes nothing
    assertEquals(3, tooSlow());
    assertAnswered();
  }

  /** A byte now and then does not help. */
  private void assertCutOff(String start) throws Exception {
    long before = tooSlow();
    boolean drips = start.startsWith("POST");
    try (Socket slow = connect(start)) {
      Await.until(PATIENCE, "it is cut off", () -> {
        boolean isOpen = !drips || drip(slow);
        return tooSlow() > before || !isOpen;
      });
    }
    assertEquals(before + 1, tooSlow());
  }

  private static boolean drip(Socket socket) {
    try {
      socket.getOutputStream().write('x');
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void assertAnswered() throws IOException {
    try (Socket client = connect("POST /" + HOST + "Content-Length: 2\r\n\r\nhi")) {
      String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("\r\n\r\nhi"), answer);
    }
  }

  @Test
  void whoIsSilentBetweenRequestsIsEndedWithoutBlame() throws IOException {
    try (Socket silent = connect("")) {
      assertEquals(-1, silent.getInputStream().read());
    }
    assertAnswered(); // and the connection was kept, until it was ended
    assertEquals(0, tooSlow());
  }
}
