package org.openagi.p2p.api.socket;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.feed.Inbox;
import org.openagi.p2p.api.http.ApiException;
import org.openagi.p2p.api.http.Body;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.http.Errors;
import org.openagi.p2p.api.http.Guard;
import org.openagi.p2p.api.http.Unrouted;
import org.openagi.p2p.api.json.JsonObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of the WebSocket: its upgrade, its subscriber, and what its client says. */
public final class SocketListener implements WsListener {
  /** Where it is. */
  public static final String PATH = "/api/v1/ws";

  /** Characters of what a client may say at once. */
  static final int MAX_REQUEST_CHARACTERS = 16 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(SocketListener.class);
  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);

  /** Sixteen bytes in base64: RFC 6455, 4.1. */
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{21}[AQgw]==");

  /** Of a ping's payload: RFC 6455, 5.5. */
  private static final int MAX_PING_BYTES = 125;

  private static final int PROTOCOL_ERROR = 1002;
  private static final int GOING_AWAY = 1001;
  private static final int POLICY_VIOLATION = 1008;
  private static final int TRY_AGAIN_LATER = 1013;

  private final Guard guard;
  private final SocketHub hub;
  private final Inbox inbox;
  private final StringBuilder partial = new StringBuilder();
  private @Nullable Subscriber subscriber;

  /** For one connection. */
  public SocketListener(Guard guard, SocketHub hub, Inbox inbox) {
    this.guard = guard;
    this.hub = hub;
    this.inbox = inbox;
  }

  @Override
  public Optional<Headers> onHttpUpgrade(HttpPrologue prologue, Headers headers) {
    Guard.Asked asked = name -> header(headers, name);
    try {
      guard.admit(asked);
      guard.authenticate(asked);
      requireKey(asked);
    } catch (RuntimeException e) {
      throw Unrouted.refuse(guard.refusals(), Errors.translate(e));
    }
    return Optional.empty();
  }

  /** The server takes it for good, and fails if it is not. */
  private static void requireKey(Guard.Asked asked) {
    String key = asked.header("Sec-WebSocket-Key").orElse("");
    if (!KEY.matcher(key).matches()) {
      throw new ApiException(
          ErrorCode.INVALID_ARGUMENT, "Sec-WebSocket-Key is not 16 bytes in base64");
    }
  }

  private static Optional<String> header(Headers headers, String name) {
    HeaderName key = HeaderNames.create(name);
    return headers.contains(key)
        ? Optional.of(String.join(",", headers.get(key).allValues()))
        : Optional.empty();
  }

  @Override
  public void onOpen(WsSession session) {
    Subscriber made = new Subscriber(new SessionWire(session, Thread.currentThread()));
    if (!hub.add(made)) {
      throw end(session, TRY_AGAIN_LATER, SocketHub.SUBSCRIBERS_MAX + " clients already");
    }
    subscriber = made;
    made.tell(SocketHub.envelope(
        "welcome", new JsonObject().put("channels", Channel.labels()).put("holds", inbox.holds())));
  }

  /** Says why the connection ends, without waiting for the client's word; to be thrown. */
  private static CloseConnectionException end(WsSession session, int status, String reason) {
    session.close(status, reason);
    return new CloseConnectionException(reason);
  }

  /**
   * The way to a client.
   *
   * @param connection the thread that serves this connection alone. The server tells listeners only of connections that were
   *     closed in good order; of others, that this thread has ended is all there is to see.
   */
  private record SessionWire(WsSession session, Thread connection) implements Subscriber.Wire {
    @Override
    public void send(String text) {
      session.send(text, true);
    }

    @Override
    public void ping() {
      session.ping(BufferData.empty());
    }

    @Override
    public void pong(byte[] payload) {
      session.pong(BufferData.create(payload));
    }

    @Override
    public boolean isOpen() {
      return connection.isAlive();
    }

    @Override
    public void close() {
      try {
        session.close(GOING_AWAY, "the node stops, or this client took nothing");
      } catch (UncheckedIOException | CloseConnectionException e) {
        LOG.atTrace().log("the connection had ended already");
      }
    }
  }

  @Override
  public void onMessage(WsSession session, String text, boolean last) {
    Subscriber to = subscriber;
    if (to == null) return;
    if (partial.length() + text.length() > MAX_REQUEST_CHARACTERS) {
      throw end(session, POLICY_VIOLATION, "more than " + MAX_REQUEST_CHARACTERS + " characters");
    }
    partial.append(text);
    if (!last) return;
    String whole = partial.toString();
    partial.setLength(0);
    try {
      guard.takeTurn();
      to.tell(answer(to, whole));
    } catch (ApiException e) {
      guard.refusals().count(e.code());
      to.tell(SocketHub.envelope("error", Errors.json(e)));
    }
  }

  @Override
  public void onPing(WsSession session, BufferData payload) {
    Subscriber to = subscriber;
    if (to == null) return;
    if (payload.available() > MAX_PING_BYTES) {
      throw end(session, PROTOCOL_ERROR, "a ping of more than " + MAX_PING_BYTES + " bytes");
    }
    try {
      guard.takeTurn();
      to.pong(payload.readBytes());
    } catch (ApiException e) {
      guard.refusals().count(e.code());
    }
  }

  private String answer(Subscriber from, String text) {
    Map<String, Object> members = members(text);
    Body request = new Body(members);
    String type = request.requireText("type");
    Body data = members.get("data") instanceof Map<?, ?> map ? body(map) : new Body(Map.of());
    return switch (type) {
      case "ping" -> SocketHub.envelope("pong", new JsonObject());
      case "subscribe" -> {
        from.subscribe(channels(data));
        yield subscribed(from);
      }
      case "unsubscribe" -> {
        from.unsubscribe(channels(data));
        yield subscribed(from);
      }
      case "ack", "nack" -> settle(type, data);
      default ->
        throw new ApiException(
            ErrorCode.INVALID_ARGUMENT,
            "no type '" + type + "'; there are subscribe, unsubscribe, ping, ack and nack");
    };
  }

  private String settle(String type, Body data) {
    long number = data.number("number", 1, Long.MAX_VALUE)
        .orElseThrow(() -> new ApiException(
            ErrorCode.INVALID_ARGUMENT, "the member 'number' of the message is missing"));
    boolean found = type.equals("ack")
        ? inbox.handled(number)
        : inbox.failed(number, data.text("why").orElse("a client could not handle it"));
    if (!found) {
      throw new ApiException(ErrorCode.NOT_FOUND, "no message " + number + " waits for a client");
    }
    return SocketHub.envelope(type + "ed", new JsonObject().put("number", number));
  }

  private static String subscribed(Subscriber from) {
    List<String> labels = from.channels().stream().map(Channel::label).toList();
    return SocketHub.envelope("subscribed", new JsonObject().put("channels", labels));
  }

  private static Set<Channel> channels(Body data) {
    Set<Channel> found = EnumSet.noneOf(Channel.class);
    for (String label : data.texts("channels")) {
      found.add(Channel.of(label)
          .orElseThrow(() -> new ApiException(
              ErrorCode.INVALID_ARGUMENT,
              "no channel '" + label + "'; there are " + Channel.labels())));
    }
    return found;
  }

  @SuppressWarnings("unchecked") // a JSON object has string keys
  private static Body body(Map<?, ?> map) {
    return new Body((Map<String, Object>) map);
  }

  @SuppressWarnings("unchecked") // a JSON object has string keys
  private static Map<String, Object> members(String text) {
    try {
      if (JSON.fromJson(text) instanceof Map<?, ?> map) return (Map<String, Object>) map;
    } catch (JsonException | IndexOutOfBoundsException | ArithmeticException e) {
      // Told below.
    }
    throw new ApiException(ErrorCode.NOT_JSON, "a request is one JSON object");
  }

  @Override
  public void onClose(WsSession session, int status, String reason) {
    leave();
  }

  @Override
  public void onError(WsSession session, Throwable cause) {
    leave();
  }

  private void leave() {
    Subscriber gone = subscriber;
    subscriber = null;
    if (gone != null) hub.remove(gone);
  }
}
