package org.openagi.p2p.api.http;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.openagi.p2p.api.ApiConfig;
import org.openagi.p2p.api.json.JsonObject;

/** One request and its answer. Confined to the virtual thread of the request. */
public final class Exchange implements Guard.Asked {
  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);

  private final ServerRequest request;
  private final ServerResponse response;

  /** Of a request. */
  public Exchange(ServerRequest request, ServerResponse response) {
    this.request = request;
    this.response = response;
  }

  @Override
  public Optional<String> header(String name) {
    HeaderName key = HeaderNames.create(name);
    if (!request.headers().contains(key)) return Optional.empty();
    // Host and Origin given twice are nobody's honest request, and joined they match nothing.
    return Optional.of(String.join(",", request.headers().get(key).allValues()));
  }

  /** A part of the path, decoded. */
  public String path(String name) {
    return request.path().pathParameters().get(name);
  }

  /** A parameter of the query, if it is there. */
  public Optional<String> query(String name) {
    return request.query().contains(name)
        ? Optional.of(request.query().get(name))
        : Optional.empty();
  }

  /**
   * A whole number of the query.
   *
   * @throws ApiException if it is none or out of range
   */
  public long query(String name, long otherwise, long min, long max) {
    Optional<String> text = query(name);
    if (text.isEmpty()) return otherwise;
    try {
      long value = Long.parseLong(text.get());
      if (value >= min && value <= max) return value;
    } catch (NumberFormatException e) {
      // Told below, with what would be right.
    }
    throw new ApiException(
        ErrorCode.INVALID_ARGUMENT,
        name + "=" + text.get() + ": a whole number from " + min + " to " + max + " is expected");
  }

  /**
   * The members of the body, one JSON object.
   *
   * @param allowed names that may be in it
   * @throws ApiException if it is none, has other members, or is too large
   */
  @SuppressWarnings("unchecked") // a JSON object has string keys
  public Body body(Set<String> allowed) {
    byte[] bytes = bytes();
    Object parsed;
    try {
      parsed = JSON.fromJson(new String(bytes, StandardCharsets.UTF_8));
    } catch (JsonException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new ApiException(ErrorCode.NOT_JSON, "the body is not JSON");
    }
    if (!(parsed instanceof Map<?, ?> members)) {
      throw new ApiException(ErrorCode.NOT_JSON, "the body is not one JSON object");
    }
    Set<String> unknown = new TreeSet<>();
    for (Object key : members.keySet()) {
      if (!allowed.contains(key.toString())) unknown.add(key.toString());
    }
    if (!unknown.isEmpty()) {
      throw new ApiException(
          ErrorCode.INVALID_ARGUMENT,
          "unknown members " + unknown + "; known are " + new TreeSet<>(allowed));
    }
    return new Body((Map<String, Object>) members);
  }

  private byte[] bytes() {
    long declared = request.headers().contentLength().orElse(-1);
    if (declared > ApiConfig.MAX_BODY_BYTES) throw tooLarge(declared + " bytes");
    if (!request.content().hasEntity()) return new byte[0];
    try {
      // Not to be closed: that would wait for the rest of a body that is refused.
      InputStream in = request.content().inputStream();
      byte[] bytes = in.readNBytes(ApiConfig.MAX_BODY_BYTES + 1);
      if (bytes.length > ApiConfig.MAX_BODY_BYTES) throw tooLarge("more");
      return bytes;
    } catch (IOException | InsufficientDataAvailableException e) {
      response.header(HeaderValues.CONNECTION_CLOSE);
      throw new ApiException(ErrorCode.INCOMPLETE, "the body ended early");
    } catch (RequestException e) {
      response.header(HeaderValues.CONNECTION_CLOSE); // where the next request begins is not known
      if (e.status().code() == ErrorCode.BODY_TOO_LARGE.status()) throw tooLarge("more");
      throw new ApiException(
          ErrorCode.INVALID_ARGUMENT, "the body is not in chunks as HTTP has them");
    }
  }

  private static ApiException tooLarge(String size) {
    return new ApiException(
        ErrorCode.BODY_TOO_LARGE,
        "the body has " + size + ", allowed are " + ApiConfig.MAX_BODY_BYTES + " bytes");
  }

  /** Answers 200. */
  public void answer(JsonObject body) {
    answer(200, body);
  }

  public void answer(int status, JsonObject body) {
    answer(status, "application/json", body.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Answers with something else than JSON. */
  public void answer(int status, String contentType, byte[] body) {
    response.status(Status.create(status));
    response.header(HeaderNames.CONTENT_TYPE, contentType);
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    send(body);
  }

  /** Answers 204, nothing to say. */
  public void done() {
    response.status(Status.NO_CONTENT_204);
    send(new byte[0]);
  }

  private void send(byte[] body) {
    try {
      response.send(body);
    } catch (UncheckedIOException e) {
      throw new CloseConnectionException("the client has gone", e);
    }
  }

  /** Adds a header to the answer. */
  public void set(String name, String value) {
    response.header(HeaderNames.create(name), value);
  }

  /** Answers with an error. */
  void refuse(ApiException why) {
    if (response.isSent()) return;
    Errors.headers(why).forEach(this::set);
    answer(why.code().status(), Errors.json(why));
  }
}
