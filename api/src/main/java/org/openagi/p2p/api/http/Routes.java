package org.openagi.p2p.api.http;

import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What is answered where. Collects routes, then adds them to a server's routing, each behind the guard. */
public final class Routes {
  /** Of every answer: a page of ours takes nothing from elsewhere, and no other page takes ours in. */
  static final Map<String, String> HEADERS = Map.of(
      "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
              + " connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none';"
              + " form-action 'self'; frame-ancestors 'none'",
      "Cross-Origin-Opener-Policy", "same-origin",
      "Cross-Origin-Resource-Policy", "same-origin",
      "Referrer-Policy", "no-referrer",
      "X-Content-Type-Options", "nosniff",
      "X-Frame-Options", "DENY");

  private record Route(Handler handler, boolean isOpen) {}

  private final Map<String, Map<String, Route>> routes = new LinkedHashMap<>();
  private final Guard guard;

  /** None yet. */
  public Routes(Guard guard) {
    this.guard = guard;
  }

  public Routes get(String path, Handler handler) {
    return add("GET", path, new Route(handler, false));
  }

  public Routes post(String path, Handler handler) {
    return add("POST", path, new Route(handler, false));
  }

  public Routes delete(String path, Handler handler) {
    return add("DELETE", path, new Route(handler, false));
  }

  /** A route that needs no token. */
  public Routes open(String method, String path, Handler handler) {
    return add(method, path, new Route(handler, true));
  }

  private Routes add(String method, String path, Route route) {
    routes.computeIfAbsent(path, each -> new TreeMap<>()).put(method, route);
    return this;
  }

  /** Adds all to a routing: the guard before everything, and an answer for what there is not. */
  public void addTo(HttpRouting.Builder routing) {
    routing.addFilter((chain, request, response) -> {
      Exchange exchange = new Exchange(request, response);
      HEADERS.forEach(exchange::set);
      try {
        guard.admit(exchange);
      } catch (ApiException e) {
        refuse(exchange, e);
        return;
      }
      chain.proceed();
    });
    routes.forEach((path, methods) -> {
      methods.forEach((method, route) -> routing.route(
          Method.create(method), path, (request, response) -> serve(route, request, response)));
      String allowed = String.join(", ", methods.keySet());
      routing.any(
          path,
          (request, response) -> refuse(
              new Exchange(request, response),
              new ApiException(
                  ErrorCode.METHOD_NOT_ALLOWED,
                  request.prologue().method() + " is not for this path",
                  allowed)));
    });
    routing.any(
        "/api/*",
        (request, response) -> refuse(
            new Exchange(request, response),
            new ApiException(
                ErrorCode.NOT_FOUND, "no such path; /api/v1/openapi.json tells all there are")));
  }

  private void serve(Route route, ServerRequest request, ServerResponse response) {
    Exchange exchange = new Exchange(request, response);
    try {
      if (!route.isOpen) guard.authenticate(exchange);
      route.handler.handle(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      refuse(exchange, new ApiException(ErrorCode.UNAVAILABLE, "the node stops"));
    } catch (Exception e) {
      refuse(exchange, Errors.translate(e));
    }
  }

  private void refuse(Exchange exchange, ApiException why) {
    guard.refusals().count(why.code());
    exchange.refuse(why);
  }
}
