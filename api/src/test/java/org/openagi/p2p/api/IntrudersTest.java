package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.ApiNode.Answer;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.http.Guard;
import org.openagi.p2p.api.http.Secrets;
import org.openagi.p2p.testkit.Await;

/** Who should not get in, over sockets of its own, since clients of libraries behave too well. */
class IntrudersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
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

  private Socket connect() throws IOException {
    int port = URI.create(node.server.url()).getPort();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  /** Says something and returns the first line of the answer. */
  private String ask(String path, String headers) throws IOException {
    return say("GET " + path + " HTTP/1.1\r\n" + headers + "\r\n", "\r").strip();
  }

  /** Says something and returns the answer up to some characters. */
  private String say(String request, String end) throws IOException {
    try (Socket socket = connect()) {
      writeOnce(socket, request);
      return read(socket.getInputStream(), end);
    }
  }

  /** What is refused in its middle may not be taken to its end; the answer tells. */
  private static void writeOnce(Socket socket, String request) {
    try {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // The answer is there.
    }
  }

  private static String read(InputStream in, String end) throws IOException {
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf(end) < 0) {
      int c = in.read();
      if (c < 0) throw new EOFException("the answer ended with " + answer);
      answer.append((char) c);
    }
    return answer.toString();
  }

  /** A refused request is answered with status, code and headers as all others. */
  private void assertRefused(ErrorCode code, String request) throws IOException {
    assertRefused(code, code.status(), request);
  }

  private void assertRefused(ErrorCode code, int status, String request) throws IOException {
    assertRefusal(code, status, say(request, "}}"));
  }

  private static void assertRefusal(ErrorCode code, int status, String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    assertTrue(answer.contains("{\"error\":{\"code\":\"" + code + "\",\"message\":\""), answer);
    String head = answer.substring(0, answer.indexOf("\r\n\r\n")).toLowerCase(Locale.ROOT);
    assertTrue(head.contains("content-type: application/json"), answer);
    assertTrue(head.contains("x-content-type-options: nosniff"), answer);
    assertEquals(code == ErrorCode.UNAUTHENTICATED, head.contains("www-authenticate: bearer"));
    assertEquals(code == ErrorCode.TOO_MANY_REQUESTS, head.contains("retry-after: 1"));
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
    String get = "GET " + path + " HTTP/1.1\r\n";
    for (String host : List.of("evil.example", "localhost.evil.example", "127.0.0.1.nip.io")) {
      assertRefused(ErrorCode.FOREIGN_HOST, get + authorized(host) + "\r\n");
    }
    assertRefused(
        ErrorCode.FOREIGN_HOST, "GET / HTTP/1.1\r\n" + authorized("evil.example") + "\r\n");
    assertEquals(4, refused(ErrorCode.FOREIGN_HOST));
    assertRefused(ErrorCode.INVALID_ARGUMENT, get + authorized("") + "\r\n");
    assertRefused(
        ErrorCode.INVALID_ARGUMENT, get + authorized("localhost") + "Host: evil.example\r\n\r\n");
    assertEquals(200, status());
  }

  /** Goal: nothing but the whole token, in the one place for it, or a session that was begun by it, lets in. */
  @Test
  void onlyTheTokenLetsIn() throws IOException {
    String token = node.token();
    String get = "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n";
    for (String header : List.of(
        "",
        "Authorization: Bearer \r\n",
        "Authorization: Bearer " + token.substring(1) + "\r\n",
        "Authorization: Bearer " + token + "A\r\n",
        "Authorization: Basic " + token + "\r\n",
        "Authorization: " + token + "\r\n",
        "Cookie: " + Guard.COOKIE + "=" + token + "\r\n")) {
      assertRefused(ErrorCode.UNAUTHENTICATED, get + header + "\r\n");
    }
    assertRefused(
        ErrorCode.UNAUTHENTICATED, get.replace("status", "status?token=" + token) + "\r\n");
    String body = "{\"token\":\"" + "A".repeat(43) + "\"}";
    assertRefused(
        ErrorCode.UNAUTHENTICATED,
        "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
            + "\r\n\r\n" + body);
    assertEquals(9, refused(ErrorCode.UNAUTHENTICATED));
    assertEquals(200, status());
  }

  /** The same words over HTTP and before a connection becomes a WebSocket; and the node goes on. */
  @Test
  void aWebSocketIsRefusedBeforeItIsOne() throws IOException {
    for (boolean isSocket : List.of(false, true)) {
      String get = (isSocket ? "GET /api/v1/ws" : "GET /api/v1/status") + " HTTP/1.1\r\n";
      String end = (isSocket ? UPGRADE : "Connection: close\r\n") + "\r\n";
      String good = get + authorized("localhost");
      assertTrue(say(good + end, "\r").startsWith("HTTP/1.1 " + (isSocket ? 101 : 200)));
      assertTrue(say(good + "Origin: http://localhost\r\n" + end, "\r")
          .startsWith("HTTP/1.1 " + (isSocket ? 101 : 200)));
      String wrong = "Host: localhost\r\nAuthorization: Bearer " + "A".repeat(43) + "\r\n";
      assertRefused(ErrorCode.UNAUTHENTICATED, get + "Host: localhost\r\n" + end);
      assertRefused(ErrorCode.UNAUTHENTICATED, get + wrong + end);
      assertRefused(ErrorCode.FOREIGN_HOST, get + authorized("evil.example") + end);
      for (String origin :
          List.of("http://evil.example", "null", "http://localhost:1", "file://")) {
        assertRefused(ErrorCode.FOREIGN_ORIGIN, good + "Origin: " + origin + "\r\n" + end);
      }
    }
    assertEquals(4, refused(ErrorCode.UNAUTHENTICATED));
    assertEquals(2, refused(ErrorCode.FOREIGN_HOST));
    assertEquals(8, refused(ErrorCode.FOREIGN_ORIGIN));
    assertEquals(200, status());
  }

  @Test
  void whatIsNoRequestIsRefusedAsAllElseIs() throws IOException {
    assertRefused(ErrorCode.INVALID_ARGUMENT, "nonsense\r\n\r\n");
    assertRefused(ErrorCode.INVALID_ARGUMENT, "GET /api/v1/status HTTP/1.1\r\nno header\r\n\r\n");
    assertRefused(
        ErrorCode.INVALID_ARGUMENT,
        "GET /api/v1/status HTTP/1.1\r\n" + authorized("localhost") + "X: " + "x".repeat(20_000)
            + "\r\n\r\n");
    assertRefused(
        ErrorCode.INVALID_ARGUMENT,
        "GET /api/v1/ws HTTP/1.1\r\n" + authorized("localhost") + UPGRADE.replace("13", "8")
            + "\r\n");
    assertRefused(
        ErrorCode.INVALID_ARGUMENT,
        "GET /api/v1/ws HTTP/1.1\r\n" + authorized("localhost") + UPGRADE.replace("==", "")
            + "\r\n");
    assertRefused(
        ErrorCode.INVALID_ARGUMENT,
        505,
        "GET /api/v1/status HTTP/1.0\r\n" + authorized("localhost") + "\r\n");
    assertEquals(6, refused(ErrorCode.INVALID_ARGUMENT));
    assertEquals(200, status());
    assertEquals(0, refused(ErrorCode.INTERNAL));
  }

  /** Goal: who leaves in the middle of a request is not counted as a fault of the node, and told why if it still reads. */
  @Test
  void whoEndsEarlyIsNoFaultOfTheNode() throws Exception {
    String post = "POST /api/v1/messages HTTP/1.1\r\n" + authorized("localhost");
    List<String> starts = List.of(
        "GET /api/v1/status HTTP/1.1\r\nHo",
        post + "Content-Length: 9\r\n\r\n{",
        post + "Transfer-Encoding: chunked\r\n\r\n9\r\n{");
    for (String start : starts) {
      try (Socket half = connect()) {
        half.getOutputStream().write(start.getBytes(StandardCharsets.US_ASCII));
        half.shutdownOutput();
        assertRefusal(ErrorCode.INCOMPLETE, 400, read(half.getInputStream(), "}}"));
      }
      try (Socket gone = connect()) {
        gone.getOutputStream().write(start.getBytes(StandardCharsets.US_ASCII));
      }
    }
    Await.until(PATIENCE, "all are counted", () -> refused(ErrorCode.INCOMPLETE) == 6);
    assertRefused(ErrorCode.INVALID_ARGUMENT, post + "Transfer-Encoding: chunked\r\n\r\nmany\r\n");
    assertEquals(200, status());
    assertEquals(0, refused(ErrorCode.INTERNAL));
  }

  @Test
  void whatIsTooLargeIsRefusedWhetherItSaysSoOrNot() throws IOException {
    String post =
        "POST /api/v1/messages HTTP/1.1\r\nConnection: close\r\n" + authorized("localhost");
    int length = ApiConfig.MAX_BODY_BYTES + 1;
    assertRefused(ErrorCode.BODY_TOO_LARGE, post + "Content-Length: " + length + "\r\n\r\n");
    String chunk = "100000\r\n" + "x".repeat(1 << 20) + "\r\n";
    assertRefused(
        ErrorCode.BODY_TOO_LARGE,
        post + "Transfer-Encoding: chunked\r\n\r\n"
            + chunk.repeat((ApiConfig.MAX_BODY_BYTES >> 20) + 1) + "0\r\n\r\n");
    assertEquals(2, refused(ErrorCode.BODY_TOO_LARGE));
    try (RawClient client = new RawClient(node)) {
      client.say("x".repeat(1 << 15));
      assertEquals(1008, client.closeStatus());
    }
    try (RawClient client = new RawClient(node)) {
      client.announce(Long.MAX_VALUE);
      assertEquals(1009, client.closeStatus());
    }
    try (RawClient client = new RawClient(node)) {
      client.send(RawClient.PING, new byte[126], 1);
      assertEquals(1002, client.closeStatus());
    }
    assertEquals(200, status());
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

  /** Goal: a flood is refused, before a WebSocket too; nothing is kept of it, and the node goes on. */
  @Test
  void aFloodIsRefusedAndTheNodeGoesOn() throws Exception {
    String request = "GET /api/v1/status HTTP/1.1\r\n" + authorized("localhost") + "\r\n";
    byte[] flood = request.repeat(1000).getBytes(StandardCharsets.US_ASCII);
    String upgrade = "GET /api/v1/ws HTTP/1.1\r\n" + authorized("localhost") + UPGRADE + "\r\n";
    try (Socket socket = connect()) {
      Thread writer = Thread.ofPlatform().start(() -> write(socket, flood));
      Thread reader = Thread.ofPlatform().start(() -> read(socket));
      Await.until(PATIENCE, "a refusal", () -> refused(ErrorCode.TOO_MANY_REQUESTS) > 0);
      Await.until(
          PATIENCE, "a refusal of a WebSocket", () -> answer(upgrade).startsWith("HTTP/1.1 429"));
      socket.close();
      writer.join();
      reader.join();
    }
    assertTrue(node.manager.isRunning());
    Await.until(PATIENCE, "an answer", () -> status() == 200);
  }

  /** Goal: connections beyond the limit wait, and cost nothing; they are served as others end. */
  @Test
  void connectionsBeyondTheLimitWaitForAPlace() throws IOException {
    Deque<Socket> silent = new ArrayDeque<>();
    try (Socket late = new Socket()) {
      while (silent.size() < ApiConfig.MAX_CONNECTIONS) silent.add(connect());
      late.connect(silent.getFirst().getRemoteSocketAddress());
      late.setSoTimeout(200);
      String get = "GET /api/v1/status HTTP/1.1\r\n" + authorized("localhost") + "\r\n";
      late.getOutputStream().write(get.getBytes(StandardCharsets.US_ASCII));
      assertThrows(SocketTimeoutException.class, () -> late.getInputStream().read());
      silent.removeFirst().close();
      late.setSoTimeout((int) PATIENCE.toMillis());
      assertTrue(read(late.getInputStream(), "\r").startsWith("HTTP/1.1 200"));
    } finally {
      for (Socket each : silent) each.close();
    }
    assertEquals(200, status());
  }

  @Test
  void aFloodOfPingsIsRefusedAndNothingOfItKept() throws Exception {
    try (RawClient client = RawClient.stalled(node)) {
      for (int i = 0; i < 50; i++) client.ping(1000);
      Await.until(
          PATIENCE, "all are looked at", () -> refused(ErrorCode.TOO_MANY_REQUESTS) > 10_000);
      assertTrue(node.server.stats().sockets().waiting() <= 1, "one welcome at most");
      Await.until(PATIENCE, "an answer", () -> status() == 200);
    }
  }

  private String answer(String request) {
    try {
      return say(request, "\r");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int status() {
    try {
      return node.get("/api/v1/status").status();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Until the socket is closed. */
  private static void write(Socket socket, byte[] bytes) {
    try {
      while (true) socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // The reader has seen enough.
    }
  }

  private static void read(Socket socket) {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // Closed.
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
