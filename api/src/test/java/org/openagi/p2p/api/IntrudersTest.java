package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.ApiNode.Answer;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.http.Secrets;
import org.openagi.p2p.testkit.Await;

/** Who should not get in, over sockets of its own, since clients of libraries behave too well. */
class IntrudersTest {
  private static final String UPGRADE =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

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

  /** Says something and returns the first line of the answer. */
  private String ask(String path, String headers) throws IOException {
    int port = URI.create(node.server.url()).getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(40_000);
      OutputStream out = socket.getOutputStream();
      String request = "GET " + path + " HTTP/1.1\r\n" + headers + "\r\n";
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      StringBuilder line = new StringBuilder();
      for (int c = socket.getInputStream().read();
          c >= 0 && c != '\r';
          c = socket.getInputStream().read()) {
        line.append((char) c);
      }
      return line.toString();
    }
  }

  private String authorized(String host) {
    return "Host: " + host + "\r\nAuthorization: Bearer " + node.token() + "\r\n";
  }

  private long refused(ErrorCode code) {
    return node.server.stats().refusals().getOrDefault(code, 0L);
  }

  @Test
  void onlyNamesOfThisNodeAreAnswered() throws IOException {
    String path = "/api/v1/status";
    assertTrue(ask(path, authorized("localhost:1")).startsWith("HTTP/1.1 200"));
    assertTrue(ask(path, authorized("[::1]")).startsWith("HTTP/1.1 200"));
    assertTrue(ask(path, authorized("Node.example:80")).startsWith("HTTP/1.1 200"));
    for (String host : List.of("evil.example", "localhost.evil.example", "127.0.0.1.nip.io")) {
      assertEquals("HTTP/1.1 403 Forbidden", ask(path, authorized(host)), host);
    }
    assertEquals("HTTP/1.1 400 Bad Request", ask(path, authorized("")));
    assertEquals("HTTP/1.1 403 Forbidden", ask("/", authorized("evil.example")));
    assertEquals(4, refused(ErrorCode.FOREIGN_HOST));
  }

  @Test
  void aWebSocketIsRefusedBeforeItIsOne() throws IOException {
    String path = "/api/v1/ws";
    String good = authorized("localhost") + UPGRADE;
    assertTrue(ask(path, good).startsWith("HTTP/1.1 101"));
    assertTrue(ask(path, "Host: localhost\r\n" + UPGRADE).startsWith("HTTP/1.1 401"));
    assertTrue(ask(path, authorized("evil.example") + UPGRADE).startsWith("HTTP/1.1 403"));
    assertTrue(ask(path, good + "Origin: http://evil.example\r\n").startsWith("HTTP/1.1 403"));
    assertEquals(1, refused(ErrorCode.FOREIGN_ORIGIN));
  }

  @Test
  void wrongTokensRunOutAndGoodOnesDoNot() throws Exception {
    URI status = URI.create(node.server.url() + "/api/v1/status");
    HttpRequest guess =
        HttpRequest.newBuilder(status).header("Authorization", "Bearer guess").build();
    boolean limited = false;
    for (int i = 0; i < 4 * ApiConfig.WRONG_TOKENS_BURST && !limited; i++) {
      Answer answer = node.send(guess);
      limited = answer.status() == 429;
      assertEquals(limited ? "TOO_MANY_REQUESTS" : "UNAUTHENTICATED", answer.errorCode());
    }
    assertTrue(limited, "somebody who guesses is slowed down");
    assertEquals(200, node.get("/api/v1/status").status());
  }

  @Test
  void aFloodIsRefusedAndTheNodeGoesOn() throws Exception {
    int requests = 5 * ApiConfig.REQUESTS_BURST;
    String request = "GET /api/v1/status HTTP/1.1\r\n" + authorized("localhost") + "\r\n";
    byte[] flood = request.repeat(requests).getBytes(StandardCharsets.US_ASCII);
    int port = URI.create(node.server.url()).getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(40_000);
      Thread writer = Thread.ofVirtual().start(() -> write(socket, flood));
      byte[] some = new byte[1 << 16];
      while (refused(ErrorCode.TOO_MANY_REQUESTS) == 0) {
        assertTrue(socket.getInputStream().read(some) > 0, "the flood ended without a refusal");
      }
      socket.close();
      writer.join();
    }
    assertTrue(node.manager.isRunning());
    Await.until(Duration.ofSeconds(40), "an answer", () -> status() == 200);
  }

  private int status() {
    try {
      return node.get("/api/v1/status").status();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // The reader has seen enough.
    }
  }

  @Test
  void theTokenIsForItsOwnerAlone() throws Exception {
    Path file = folder.resolve("alice").resolve(Secrets.TOKEN_FILE);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    IOException refused = assertThrows(IOException.class, () -> Secrets.read(file));
    assertTrue(refused.getMessage().contains(file.toString()));
  }
}
