package org.openagi.p2p.api.resource;

import java.util.Set;
import org.openagi.p2p.api.http.Exchange;
import org.openagi.p2p.api.http.Guard;
import org.openagi.p2p.api.http.Routes;
import org.openagi.p2p.api.http.Secrets;

/** {@code /api/v1/session}: browsers log in by the token and get a cookie that scripts of pages cannot read. */
public final class Session {
  private final Guard guard;

  /** Behind a guard. */
  public Session(Guard guard) {
    this.guard = guard;
  }

  /** Adds the paths. */
  public void addTo(Routes routes) {
    routes
        .open("POST", "/api/v1/session", this::logIn)
        .get("/api/v1/session", Exchange::done)
        .delete("/api/v1/session", this::logOut);
  }

  private void logIn(Exchange exchange) {
    String id = guard.logIn(exchange.body(Set.of("token")).requireText("token"));
    setCookie(exchange, id, Secrets.SESSION_SECONDS);
    exchange.done();
  }

  private void logOut(Exchange exchange) {
    guard.logOut(exchange);
    setCookie(exchange, "", 0);
    exchange.done();
  }

  private static void setCookie(Exchange exchange, String value, long seconds) {
    exchange.set(
        "Set-Cookie",
        Guard.COOKIE + "=" + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + seconds);
  }
}
