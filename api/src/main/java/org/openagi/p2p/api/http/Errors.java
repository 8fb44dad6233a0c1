package org.openagi.p2p.api.http;

import io.helidon.webserver.CloseConnectionException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.openagi.p2p.api.json.JsonObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How refusals look. */
public final class Errors {
  private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

  private Errors() {}

  /** {@code {"error":{"code":…,"message":…,"details":…}}}. */
  public static JsonObject json(ApiException why) {
    return new JsonObject()
        .put(
            "error",
            new JsonObject()
                .put("code", why.code().name())
                .put("message", why.text())
                .put("details", why.details()));
  }

  /** Headers that go with it. */
  static Map<String, String> headers(ApiException why) {
    return switch (why.code()) {
      case UNAUTHENTICATED -> Map.of("WWW-Authenticate", "Bearer");
      case TOO_MANY_REQUESTS, UNAVAILABLE -> Map.of("Retry-After", "1");
      case METHOD_NOT_ALLOWED -> Map.of("Allow", String.valueOf(why.details()));
      default -> Map.of();
    };
  }

  /**
   * The refusal for what was thrown while a request was answered.
   *
   * @throws CloseConnectionException if there is nobody to answer any more
   */
  public static ApiException translate(Throwable thrown) {
    boolean isWrapped =
        thrown instanceof ExecutionException || thrown instanceof CompletionException;
    Throwable cause = thrown.getCause();
    return switch (isWrapped && cause != null ? cause : thrown) {
      case ApiException known -> known;
      case IllegalArgumentException wrong ->
        new ApiException(ErrorCode.INVALID_ARGUMENT, String.valueOf(wrong.getMessage()));
      case TimeoutException late ->
        new ApiException(ErrorCode.UNAVAILABLE, "the node did not answer in time");
      case CloseConnectionException ended -> throw ended;
      case Throwable fault -> {
        LOG.atError().setCause(fault).log("a request to the local API failed");
        yield new ApiException(ErrorCode.INTERNAL, "a fault of the program; its log has more");
      }
    };
  }
}
