package org.openagi.p2p.api.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * HTTP connections, which may become WebSockets, on which no request takes longer than a limit: to come whole, to be answered,
 * or its answer to be taken.
 *
 * <p>The server looks through its connections for those that are idle, and spares those in the middle of a request: one whose
 * client sends a byte now and then, or never again, would stay for good. So here they end as well. Safe for any thread.
 */
public final class TimedConnections implements ServerConnectionSelector {
  private final ServerConnectionSelector http;
  private final Duration max;
  private final Refusals refusals;

  /**
   * For one server.
   *
   * @param max the server's idle limit, longer than any request takes that is answered
   */
  public TimedConnections(WsConfig sockets, Duration max, Refusals refusals) {
    this.http = Http1ConnectionSelector.builder()
        .config(Http1Config.create())
        .addUpgrader(WsUpgrader.create(sockets))
        .build();
    this.max = max;
    this.refusals = refusals;
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    return new Timed(http.connection(context));
  }

  private final class Timed implements ServerConnection, InterruptableTask<Void> {
    private final ServerConnection connection;
    private final AtomicBoolean counted = new AtomicBoolean();

    Timed(ServerConnection connection) {
      this.connection = connection;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      connection.handle(limit);
    }

    @Override
    public Duration idleTime() {
      return connection.idleTime();
    }

    /** Between requests, or a WebSocket. */
    @Override
    public boolean canInterrupt() {
      return connection instanceof InterruptableTask<?> task && task.canInterrupt();
    }

    @Override
    public void close(boolean interrupt) {
      boolean isLate = idleTime().compareTo(max) > 0;
      if (isLate && !canInterrupt() && !counted.getAndSet(true)) {
        refusals.count(ErrorCode.TOO_SLOW);
      }
      connection.close(interrupt || isLate);
    }
  }
}
