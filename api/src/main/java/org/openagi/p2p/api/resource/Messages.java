package org.openagi.p2p.api.resource;

import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.openagi.p2p.api.feed.Inbox;
import org.openagi.p2p.api.feed.RecentLog;
import org.openagi.p2p.api.http.ApiException;
import org.openagi.p2p.api.http.Body;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.http.Exchange;
import org.openagi.p2p.api.http.Routes;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.api.view.MessageJson;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.link.MessageTrace;

/** {@code /api/v1/messages} and {@code /api/v1/inbox}. */
public final class Messages {
  /** The longest wait of a request, in seconds. */
  static final int WAIT_SECONDS_MAX = 60;

  /** Most messages in one answer. */
  static final int PAGE_MAX = 1000;

  /** How often, and after what pause, a way that is not known is looked for again. */
  private static final int TRACE_ASKED_AGAIN = 10;

  private static final Duration TRACE_PAUSE = Duration.ofMillis(50);

  private static final Set<String> MEMBERS =
      Set.of("to", "text", "base64", "type", "id", "ttl", "lifetimeMillis", "wait");

  private final P2PNetworkManager node;
  private final Inbox inbox;
  private final Consumer<JsonObject> ended;

  /**
   * Of a node.
   *
   * @param ended told of each message that was sent by way of this and has come to its end
   */
  public Messages(P2PNetworkManager node, Inbox inbox, Consumer<JsonObject> ended) {
    this.node = node;
    this.inbox = inbox;
    this.ended = ended;
  }

  /** Adds the paths. */
  public void addTo(Routes routes) {
    routes
        .post("/api/v1/messages", this::send)
        .get("/api/v1/messages/{id}", this::show)
        .get("/api/v1/messages/{id}/trace", this::trace)
        .get("/api/v1/inbox", this::read)
        .get("/api/v1/inbox/waiting", this::waiting)
        .post("/api/v1/inbox/{number}/ack", exchange -> settle(exchange, true))
        .post("/api/v1/inbox/{number}/nack", exchange -> settle(exchange, false));
  }

  private void send(Exchange exchange) throws Exception {
    Body body = exchange.body(MEMBERS);
    NetworkMessage message = message(body);
    Optional<Long> lifetime =
        body.number("lifetimeMillis", 1, DeliveryOptions.MAX_LIFETIME.toMillis());
    DeliveryOptions options =
        DeliveryOptions.DEFAULT.withLifetime(lifetime.map(Duration::ofMillis).orElse(null));
    Delivery delivery = node.submit(message, options);
    delivery.outcome().thenAccept(end -> ended.accept(MessageJson.delivery(delivery, end)));
    if (body.flag("wait", false)) awaitEnd(delivery);
    Outcome end = delivery.outcome().getNow(null);
    exchange.answer(end == null ? 202 : 200, MessageJson.delivery(delivery, end));
  }

  private static void awaitEnd(Delivery delivery) throws Exception {
    try {
      delivery.outcome().get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      // The answer says where it stands; the delivery goes on.
    }
  }

  private static NetworkMessage message(Body body) {
    boolean isText = body.has("text");
    if (isText == body.has("base64")) {
      throw new ApiException(
          ErrorCode.INVALID_ARGUMENT, "one of the members 'text' and 'base64' is needed");
    }
    NetworkMessage.Builder builder = NetworkMessage.builder()
        .recipientId(body.requireText("to"))
        .messageType(type(body.text("type").orElse("DATA")));
    if (isText) builder.payload(body.requireText("text"));
    else builder.payload(Bytes.wrap(decoded(body.requireText("base64"))));
    body.text("id").ifPresent(builder::messageId);
    body.number("ttl", 1, NetworkMessage.MAX_TTL).ifPresent(ttl -> builder.ttl(ttl.intValue()));
    return builder.build();
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new ApiException(
          ErrorCode.INVALID_ARGUMENT, "the member 'base64' is not base64: " + e.getMessage());
    }
  }

  private static MessageType type(String name) {
    try {
      return MessageType.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ApiException(
          ErrorCode.INVALID_ARGUMENT,
          "no message type '" + name + "'; there are " + Arrays.toString(MessageType.values()));
    }
  }

  private void show(Exchange exchange) {
    String id = exchange.path("id");
    Delivery delivery = node.delivery(id).orElseThrow(() -> unknown(id));
    exchange.answer(MessageJson.delivery(delivery, delivery.outcome().getNow(null)));
  }

  private void trace(Exchange exchange) throws InterruptedException {
    String id = exchange.path("id");
    exchange.answer(MessageJson.trace(trace(id).orElseThrow(() -> unknown(id)), node::nameOf));
  }

  /** Who was told that a message has ended may ask for its way a moment before that is noted. */
  private Optional<MessageTrace> trace(String id) throws InterruptedException {
    Optional<MessageTrace> found = node.trace(id);
    for (int i = 0; i < TRACE_ASKED_AGAIN && found.isEmpty(); i++) {
      Thread.sleep(TRACE_PAUSE);
      found = node.trace(id);
    }
    return found;
  }

  private static ApiException unknown(String id) {
    return new ApiException(
        ErrorCode.NOT_FOUND,
        "nothing is known of a message '" + id + "'",
        "the node remembers those that wait, and in memory the last that ended");
  }

  private void read(Exchange exchange) throws InterruptedException {
    long after = exchange.query("after", 0, 0, Long.MAX_VALUE);
    int limit = (int) exchange.query("limit", 100, 1, PAGE_MAX);
    long wait = exchange.query("waitMillis", 0, 0, WAIT_SECONDS_MAX * 1000L);
    RecentLog.Page page = inbox.after(after, limit, wait);
    exchange.answer(new JsonObject()
        .put("first", page.first())
        .put("last", page.last())
        .putParsed("messages", page.lines()));
  }

  private void waiting(Exchange exchange) {
    List<String> lines = inbox.waiting();
    exchange.answer(new JsonObject().put("holds", inbox.holds()).putParsed("messages", lines));
  }

  private void settle(Exchange exchange, boolean handled) {
    String text = exchange.path("number");
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ApiException(ErrorCode.INVALID_ARGUMENT, "'" + text + "' is no number");
    }
    boolean found = handled
        ? inbox.handled(number)
        : inbox.failed(number, exchange.query("why").orElse("a client could not handle it"));
    if (!found) {
      throw new ApiException(ErrorCode.NOT_FOUND, "no message " + number + " waits for a client");
    }
    exchange.done();
  }
}
