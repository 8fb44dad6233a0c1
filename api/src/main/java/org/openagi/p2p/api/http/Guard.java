package org.openagi.p2p.api.http;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.ApiConfig;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.time.TimeSource;

/**
 * Decides whether a request is let in, before anything of it is looked at. Safe for any thread.
 *
 * <p>A page of another site can make a browser send requests here. It can't read this node's name for itself into {@code
 * Host} unless it plays tricks with DNS, which is why only known host names are answered; it can't hide where it comes from
 * in {@code Origin}, which has to be this node; and the cookie of a session is not sent along for it.
 */
public final class Guard {
  /** What is known of a request. */
  public interface Asked {
    /** A header, if it is there once. */
    Optional<String> header(String name);
  }

  /** Name of the cookie of a browser's session. */
  public static final String COOKIE = "p2p_session";

  private static final String BEARER = "Bearer ";
  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

  private final Set<String> hosts = new HashSet<>(LOOPBACK);
  private final Secrets secrets;
  private final TimeSource time;
  private final Refusals refusals;

  // Guarded by this.
  private final TokenBucket requests;
  private final TokenBucket wrongTokens;

  /** Lets in who comes by one of these names with one of these secrets. */
  public Guard(List<String> hosts, Secrets secrets, TimeSource time, Refusals refusals) {
    for (String host : hosts) this.hosts.add(host.toLowerCase(Locale.ROOT));
    this.secrets = secrets;
    this.time = time;
    this.refusals = refusals;
    long now = time.nanoTime();
    this.requests = new TokenBucket(ApiConfig.REQUESTS_BURST, ApiConfig.REQUESTS_PER_SECOND, now);
    this.wrongTokens =
        new TokenBucket(ApiConfig.WRONG_TOKENS_BURST, ApiConfig.WRONG_TOKENS_PER_SECOND, now);
  }

  /** What was refused so far. */
  public Refusals refusals() {
    return refusals;
  }

  /**
   * Of every request, first: who it thinks it talks to, where it comes from, and whether there are too many.
   *
   * @throws ApiException if it is not to be answered
   */
  public void admit(Asked request) {
    String host = request.header("Host").orElse("");
    if (!hosts.contains(withoutPort(host))) {
      throw new ApiException(
          ErrorCode.FOREIGN_HOST,
          "the request is for the host '" + shown(host) + "'; this node goes by localhost,"
              + " 127.0.0.1 and [::1]",
          "more names can be allowed with the key api_hosts");
    }
    Optional<String> origin = request.header("Origin");
    if (origin.isPresent() && !isOwn(origin.get(), host)) {
      throw new ApiException(
          ErrorCode.FOREIGN_ORIGIN,
          "the request comes from a page of '" + shown(origin.get())
              + "', which is not this node's");
    }
    takeTurn();
  }

  private static boolean isOwn(String origin, String host) {
    return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
  }

  /**
   * Takes a turn for one request, or for what a client of the WebSocket says.
   *
   * @throws ApiException if there are too many
   */
  public synchronized void takeTurn() {
    long now = time.nanoTime();
    if (requests.tryTake(1, now)) return;
    throw new ApiException(
        ErrorCode.TOO_MANY_REQUESTS,
        "more than " + ApiConfig.REQUESTS_PER_SECOND + " requests a second",
        "try again in a second");
  }

  /**
   * Of a request for what is not for everyone: its token or session.
   *
   * @throws ApiException if it has none that is good
   */
  public void authenticate(Asked request) {
    Optional<String> bearer = bearer(request);
    if (bearer.isPresent()) {
      check(bearer.get());
      return;
    }
    String session = session(request);
    if (session != null && secrets.isSession(session)) return;
    throw new ApiException(
        ErrorCode.UNAUTHENTICATED,
        session == null
            ? "a token is needed: Authorization: Bearer TOKEN"
            : "the session has ended: log in again",
        "the token is in the file " + Secrets.TOKEN_FILE + " of the node's data folder");
  }

  /**
   * Begins a browser's session for a token.
   *
   * @return the session's id, for the cookie
   * @throws ApiException if it is not the token
   */
  public String logIn(String token) {
    check(token);
    return secrets.newSession();
  }

  /** Ends the session of a request, if it has one. */
  public void logOut(Asked request) {
    String session = session(request);
    if (session != null) secrets.endSession(session);
  }

  /** Sessions that have not ended. */
  public int sessionCount() {
    return secrets.sessionCount();
  }

  private void check(String token) {
    if (secrets.isToken(token)) return;
    long now = time.nanoTime();
    synchronized (this) {
      if (!wrongTokens.tryTake(1, now)) {
        throw new ApiException(
            ErrorCode.TOO_MANY_REQUESTS,
            "more than " + ApiConfig.WRONG_TOKENS_BURST + " wrong tokens",
            "try again in a second");
      }
    }
    throw new ApiException(
        ErrorCode.UNAUTHENTICATED,
        "the token is not that of this node",
        "the token is in the file " + Secrets.TOKEN_FILE + " of the node's data folder");
  }

  private static Optional<String> bearer(Asked request) {
    return request
        .header("Authorization")
        .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(value -> value.substring(BEARER.length()).strip());
  }

  private static @Nullable String session(Asked request) {
    for (String each : request.header("Cookie").orElse("").split(";")) {
      String cookie = each.strip();
      if (cookie.startsWith(COOKIE + "=")) return cookie.substring(COOKIE.length() + 1);
    }
    return null;
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    return name.toLowerCase(Locale.ROOT);
  }

  /** What came from elsewhere, short and without anything that a terminal would act upon. */
  static String shown(String text) {
    String printable = text.replaceAll("[^ -~]", "?");
    return printable.length() <= 80 ? printable : printable.substring(0, 80) + "…";
  }
}
