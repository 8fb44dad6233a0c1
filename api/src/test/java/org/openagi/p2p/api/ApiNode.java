package org.openagi.p2p.api;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.openagi.p2p.api.http.Secrets;
import org.openagi.p2p.network.P2PNetworkManager;

/** A node on the loopback interface with its local API, and a client of that. */
final class ApiNode implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  final P2PNetworkManager manager;
  final ApiServer server;
  final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final String token;

  /** How its API is opened. */
  interface Opening {
    ApiServer open(P2PNetworkManager manager, ApiConfig config) throws IOException;
  }

  ApiNode(Path folder, String name, boolean holds, P2PNetworkManager... peers) throws IOException {
    this(folder, name, (manager, config) -> ApiServer.open(manager, config, holds), peers);
  }

  ApiNode(Path folder, String name, Opening opening, P2PNetworkManager... peers)
      throws IOException {
    List<String> addresses = List.of(peers).stream()
        .map(peer -> peer.addresses().getFirst().toString())
        .toList();
    manager = P2PNetworkManager.builder()
        .nodeId(name)
        .dataFolder(folder.resolve(name))
        .set("discovery", "manual")
        .set("listen", "/ip4/127.0.0.1/tcp/0")
        .set("stop_timeout", "1")
        .set("peers", String.join(",", addresses))
        .build();
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Path data = folder.resolve(name);
    server =
        opening.open(manager, new ApiConfig(address, true, List.of("node.example"), data, "test"));
    manager.startServer().orTimeout(40, TimeUnit.SECONDS).join();
    token = Secrets.read(data.resolve(Secrets.TOKEN_FILE));
  }

  String token() {
    return token;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + token);
  }

  Answer get(String path) throws Exception {
    return send(request(path).GET().build());
  }

  Answer post(String path, String body) throws Exception {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  Answer send(HttpRequest request) throws Exception {
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(response);
  }

  /** An answer of the API. */
  record Answer(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> json() {
      return (Map<String, Object>)
          Jsonb.builder().build().type(Object.class).fromJson(response.body());
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> list(String name) {
      return (List<Map<String, Object>>) json().get(name);
    }

    @SuppressWarnings("unchecked")
    String errorCode() {
      return (String) ((Map<String, Object>) json().get("error")).get("code");
    }
  }

  /** A client of the WebSocket, and what it was told. */
  Socket socket() {
    return new Socket(this);
  }

  static final class Socket implements WebSocket.Listener {
    private final BlockingQueue<Map<String, Object>> told = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;

    Socket(ApiNode node) {
      socket = node.http
          .newWebSocketBuilder()
          .header("Authorization", "Bearer " + node.token)
          .buildAsync(URI.create(node.server.url().replace("http", "ws") + "/api/v1/ws"), this)
          .orTimeout(40, TimeUnit.SECONDS)
          .join();
    }

    void say(String text) {
      socket.sendText(text, true).join();
    }

    void ping(String payload) {
      socket.sendPing(ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8))).join();
    }

    /** A pong of the protocol is told as the type PONG. */
    @Override
    public CompletionStage<?> onPong(WebSocket from, ByteBuffer payload) {
      told.add(
          Map.of("type", "PONG", "data", StandardCharsets.UTF_8.decode(payload).toString()));
      from.request(1);
      return null;
    }

    /** Waits for something that is told; what comes before it is dropped. */
    Map<String, Object> await(Predicate<Map<String, Object>> wanted) throws InterruptedException {
      while (true) {
        Map<String, Object> next = told.poll(40, TimeUnit.SECONDS);
        if (next == null) throw new AssertionError("nothing more is told");
        if (wanted.test(next)) return next;
      }
    }

    Map<String, Object> await(String type) throws InterruptedException {
      return await(each -> type.equals(each.get("type")));
    }

    @Override
    @SuppressWarnings("unchecked")
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      partial.append(data);
      if (last) {
        told.add((Map<String, Object>)
            Jsonb.builder().build().type(Object.class).fromJson(partial.toString()));
        partial.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    http.shutdownNow();
    server.close();
    manager.close();
  }
}
