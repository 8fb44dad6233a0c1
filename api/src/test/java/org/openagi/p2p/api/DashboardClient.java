package org.openagi.p2p.api;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openagi.p2p.api.ApiNode.Answer;
import org.openagi.p2p.testkit.Await;

/**
 * Asks what the dashboard asks, and as often, all of its views at once: see {@code state.js}, {@code live.js} and the views.
 * For one thread, which also moves the clock.
 */
final class DashboardClient implements WebSocket.Listener {
  /** How often the topology and the details of a peer are read, in seconds. */
  private static final int TOPOLOGY_SECONDS = 5;

  private static final int DETAILS_SECONDS = 4;

  /** Messages that have not come to their end. */
  private static final int UNDER_WAY_MAX = 50;

  private static final List<String> PAGE =
      List.of("/", "/main.js", "/app/state.js", "/dashboard.css");
  private static final Pattern TYPE = Pattern.compile("\\{\"type\":\"([a-z_]+)\"");
  private static final String SUBSCRIBE = "{\"type\":\"subscribe\",\"data\":{\"channels\":"
      + "[\"network_events\",\"security_events\",\"monitoring_events\",\"messages\"]}}";

  private final ApiNode node;
  private final String peer;
  private final Semaphore samples = new Semaphore(0);
  private final Semaphore subscribed = new Semaphore(0);
  private final AtomicBoolean bell = new AtomicBoolean();
  private final AtomicBoolean queueChanged = new AtomicBoolean();
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger delivered = new AtomicInteger();
  private final StringBuilder partial = new StringBuilder();
  private String cookie = "";
  private WebSocket socket;
  private long eventsAfter;
  private long requests;
  private int logins;
  private int sent;
  private String lastSent = "";

  /**
   * Logs in and opens the WebSocket.
   *
   * @param peer whose details are looked at
   */
  DashboardClient(ApiNode node, String peer) throws Exception {
    this.node = node;
    this.peer = peer;
    logIn();
    this.socket = connect();
  }

  private void logIn() throws Exception {
    String body = "{\"token\":\"" + node.token() + "\"}";
    Answer in = node.send(HttpRequest.newBuilder(URI.create(node.server.url() + "/api/v1/session"))
        .POST(BodyPublishers.ofString(body))
        .build());
    cookie = in.response().headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    requests++;
    logins++;
  }

  private WebSocket connect() throws Exception {
    partial.setLength(0);
    WebSocket made = node.http
        .newWebSocketBuilder()
        .header("Cookie", cookie)
        .buildAsync(URI.create(node.server.url().replace("http", "ws") + "/api/v1/ws"), this)
        .get(40, TimeUnit.SECONDS);
    made.sendText(SUBSCRIBE, true).get(40, TimeUnit.SECONDS);
    if (!subscribed.tryAcquire(40, TimeUnit.SECONDS)) throw new AssertionError("not subscribed");
    get("/api/v1/status");
    get("/api/v1/inbox?after=0&limit=1");
    bell.set(true);
    return made;
  }

  /** The connection is lost, and the page opened anew. */
  void reload(boolean inGoodOrder) throws Exception {
    if (inGoodOrder) socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(40, TimeUnit.SECONDS);
    socket.abort();
    for (String each : PAGE) get(each);
    get("/api/v1/session");
    socket = connect();
  }

  /** Asks, as the page; logs in again if the session has ended. */
  Answer get(String path) throws Exception {
    Answer answer = ask(path);
    if (answer.status() == 401) {
      logIn();
      answer = ask(path);
    }
    if (answer.status() >= 300) throw new AssertionError(path + ": " + answer.response());
    return answer;
  }

  private Answer ask(String path) throws Exception {
    requests++;
    return node.send(HttpRequest.newBuilder(URI.create(node.server.url() + path))
        .header("Cookie", cookie)
        .build());
  }

  /** Everything that the page does in a second, once the node has told a sample. */
  void second(long second) throws Exception {
    if (!samples.tryAcquire(40, TimeUnit.SECONDS)) throw new AssertionError("no sample");
    boolean isRung = bell.getAndSet(false);
    if (isRung) {
      Answer page = get("/api/v1/events?after=" + eventsAfter);
      eventsAfter = ((Number) page.json().get("last")).longValue();
    }
    if (isRung || second % TOPOLOGY_SECONDS == 0) get("/api/v1/topology");
    if (second % DETAILS_SECONDS == 0) get("/api/v1/peers/" + peer);
    if (queueChanged.getAndSet(false)) get("/api/v1/queue?limit=200");
  }

  /** The settings, read when somebody looks at them. */
  void settings() throws Exception {
    get("/api/v1/identity");
    get("/api/v1/config");
  }

  /** Sends a message; those on their way are not many. */
  void send(String text) throws Exception {
    URI messages = URI.create(node.server.url() + "/api/v1/messages");
    requests++;
    Answer taken = node.send(HttpRequest.newBuilder(messages)
        .header("Cookie", cookie)
        .POST(BodyPublishers.ofString("{\"to\":\"" + peer + "\",\"text\":\"" + text + "\"}"))
        .build());
    if (taken.status() == 401) {
      logIn();
      send(text);
      return;
    }
    sent++;
    lastSent = String.valueOf(taken.json().get("id"));
    awaitDelivered(sent - UNDER_WAY_MAX);
  }

  /** Waits until so many messages have come to their end. */
  void awaitDelivered(int count) {
    Await.until(Duration.ofSeconds(40), "deliveries", () -> delivered.get() >= count);
  }

  int sent() {
    return sent;
  }

  /** Asks which way the message went that was sent last. */
  void trace() throws Exception {
    awaitDelivered(sent);
    get("/api/v1/messages/" + URLEncoder.encode(lastSent, StandardCharsets.UTF_8) + "/trace");
  }

  long requests() {
    return requests;
  }

  int logins() {
    return logins;
  }

  int arrived() {
    return arrived.get();
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      hear(partial);
      partial.setLength(0);
    }
    from.request(1);
    return null;
  }

  private void hear(CharSequence text) {
    Matcher type = TYPE.matcher(text);
    if (!type.lookingAt()) throw new AssertionError("not of the node: " + text);
    switch (type.group(1)) {
      case "welcome" -> {}
      case "sample" -> samples.release();
      case "subscribed" -> subscribed.release();
      case "message" -> {
        arrived.incrementAndGet();
        queueChanged.set(true);
      }
      case "delivery" -> {
        delivered.incrementAndGet();
        queueChanged.set(true);
      }
      default -> bell.set(true);
    }
  }
}
