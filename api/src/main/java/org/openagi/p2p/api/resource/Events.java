package org.openagi.p2p.api.resource;

import org.openagi.p2p.api.feed.RecentLog;
import org.openagi.p2p.api.http.Exchange;
import org.openagi.p2p.api.http.Routes;
import org.openagi.p2p.api.json.JsonObject;

/** {@code /api/v1/events}: what happened lately. */
public final class Events {
  /** Events that are kept, and characters of their JSON. */
  public static final int MAX_EVENTS = 1000;

  public static final long MAX_CHARACTERS = 1L << 20;

  private final RecentLog log;

  /** Out of a log. */
  public Events(RecentLog log) {
    this.log = log;
  }

  /** Adds the paths. */
  public void addTo(Routes routes) {
    routes.get("/api/v1/events", this::read);
  }

  private void read(Exchange exchange) throws InterruptedException {
    long after = exchange.query("after", 0, 0, Long.MAX_VALUE);
    int limit = (int) exchange.query("limit", MAX_EVENTS, 1, MAX_EVENTS);
    long wait = exchange.query("waitMillis", 0, 0, Messages.WAIT_SECONDS_MAX * 1000L);
    RecentLog.Page page = log.after(after, limit, wait);
    exchange.answer(new JsonObject()
        .put("first", page.first())
        .put("last", page.last())
        .putParsed("events", page.lines()));
  }
}
