package org.openagi.p2p.api.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.ApiConfig;

/**
 * Answers requests that the server refuses before they come to a route: what is not HTTP as it should be, bodies without
 * end, and upgrades that were refused. They get the same errors and headers as all others.
 */
public final class Unrouted implements DirectHandler {
  private static final String OURS = "{\"error\":";

  private final Refusals refusals;

  private Unrouted(Refusals refusals) {
    this.refusals = refusals;
  }

  /** For all kinds of such requests. */
  public static DirectHandlers handlers(Refusals refusals) {
    DirectHandlers.Builder builder = DirectHandlers.builder();
    Unrouted handler = new Unrouted(refusals);
    for (EventType each : EventType.values()) builder.addHandler(each, handler);
    return builder.build();
  }

  /** Counts a refusal, and says it in the way in which the server takes it from an upgrade; to be thrown. */
  public static RequestException refuse(Refusals refusals, ApiException why) {
    refusals.count(why.code());
    RequestException.Builder builder = RequestException.builder()
        .type(EventType.OTHER)
        .status(Status.create(why.code().status()))
        .message(Errors.json(why).toString())
        .setKeepAlive(false)
        .safeMessage(true);
    Errors.headers(why).forEach((name, value) -> builder.header(HeaderValues.create(name, value)));
    return builder.build();
  }

  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType type,
      Status status,
      ServerResponseHeaders headers,
      @Nullable String message) {
    if (type == EventType.OTHER && message != null && message.startsWith(OURS)) {
      return answer(status, headers, message);
    }
    ApiException why = endedEarly(request, type) ? ended() : refusal(status, message);
    refusals.count(why.code());
    Status said = why.code() == ErrorCode.INCOMPLETE ? Status.BAD_REQUEST_400 : status;
    return answer(said, headers, Errors.json(why).toString());
  }

  /** Nothing else fails before there is a request: upgrades are refused, whatever goes wrong in them. */
  private static boolean endedEarly(TransportRequest request, EventType type) {
    return type == EventType.INTERNAL_ERROR && request.method().isEmpty();
  }

  private static ApiException ended() {
    return new ApiException(ErrorCode.INCOMPLETE, "the head of the request ended early");
  }

  private static ApiException refusal(Status status, @Nullable String message) {
    ErrorCode code = Arrays.stream(ErrorCode.values())
        .filter(each -> each.status() == status.code())
        .findFirst()
        .orElse(ErrorCode.INVALID_ARGUMENT);
    String text = code == ErrorCode.BODY_TOO_LARGE
        ? "the body has more than " + ApiConfig.MAX_BODY_BYTES + " bytes"
        : "the server refuses the request: " + status.reasonPhrase();
    return new ApiException(code, text, message == null ? null : Guard.shown(message));
  }

  private static TransportResponse answer(
      Status status, ServerResponseHeaders headers, String body) {
    TransportResponse.Builder answer =
        TransportResponse.builder().status(status).headers(headers).keepAlive(false);
    Routes.HEADERS.forEach((name, value) -> answer.header(HeaderNames.create(name), value));
    return answer
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .entity(body.getBytes(StandardCharsets.UTF_8))
        .build();
  }
}
