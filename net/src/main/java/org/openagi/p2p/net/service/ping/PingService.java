package org.openagi.p2p.net.service.ping;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.StreamException;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.StreamListener;
import org.openagi.p2p.net.service.ServiceHost;
import org.openagi.p2p.protocols.ping.Ping;
import org.openagi.p2p.protocols.ping.PingInitiator;

/**
 * Runs ping: echoes what peers send, and measures round trips. At most one outbound ping stream per
 * connection; callers meanwhile share its result. Safe for any thread.
 *
 * @see "libp2p specs: ping/ping.md"
 */
public final class PingService {
  /** Echoes at once after a pause, per stream; then {@link #ECHOES_PER_SECOND}. */
  private static final int ECHO_BURST = 256;

  /** More than any honest peer sends, and nothing to a processor. */
  private static final double ECHOES_PER_SECOND = 256;

  private final ServiceHost host;
  private final RandomGenerator random;
  private final Map<Long, Integer> inbound = new ConcurrentHashMap<>();
  private final Map<Long, CompletableFuture<Duration>> underWay = new ConcurrentHashMap<>();

  /** Creates the service and registers its protocol. */
  public PingService(ServiceHost host, RandomGenerator random) {
    this.host = host;
    this.random = random;
    host.handleRaw(Ping.PROTOCOL, this::serve);
  }

  /**
   * Measures one round trip, including the set-up of a stream that needs no round trip of its own.
   * Completes on the connection's event loop; fails with {@link StreamException}.
   */
  public CompletionStage<Duration> ping(Connection connection) {
    CompletableFuture<Duration> fresh = new CompletableFuture<>();
    CompletableFuture<Duration> shared = underWay.putIfAbsent(connection.id(), fresh);
    if (shared != null) return shared.copy();
    fresh.whenComplete((rtt, error) -> underWay.remove(connection.id(), fresh));
    connection.executor().execute(() -> start(connection, fresh));
    return fresh.copy();
  }

  private void start(Connection connection, CompletableFuture<Duration> result) {
    host.openAhead(connection, Ping.PROTOCOL, new ServiceHost.Opening() {
      @Override
      public void onOpened(MuxedStream stream) {
        new Asking(connection, stream, result).start();
      }

      @Override
      public void onFailed(StreamException cause) {
        result.completeExceptionally(cause);
      }
    });
  }

  private void serve(Connection connection, MuxedStream stream) {
    int now = inbound.merge(connection.id(), 1, Integer::sum);
    if (now > Ping.MAX_INBOUND_STREAMS) {
      release(connection);
      stream.reset();
      return;
    }
    stream.setListener(new Echo(connection, stream));
  }

  private void release(Connection connection) {
    inbound.computeIfPresent(connection.id(), (id, n) -> n <= 1 ? null : n - 1);
  }

  /** The side that asks. */
  private final class Asking implements StreamListener {
    private final Connection connection;
    private final MuxedStream stream;
    private final CompletableFuture<Duration> result;
    private final PingInitiator machine = new PingInitiator(random);
    private @Nullable ScheduledFuture<?> deadline;

    Asking(Connection connection, MuxedStream stream, CompletableFuture<Duration> result) {
      this.connection = connection;
      this.stream = stream;
      this.result = result;
    }

    void start() {
      Duration patience = host.config().timeouts().heartbeatAnswer();
      deadline = connection
          .executor()
          .schedule(
              () -> fail(
                  StreamException.Kind.TIMEOUT,
                  "no answer within " + patience.toMillis() + " ms",
                  null),
              patience.toNanos(),
              TimeUnit.NANOSECONDS);
      stream.setListener(this);
      byte[] question = machine.ping(host.time().nanoTime()).unsafeArray();
      stream.write(Unpooled.wrappedBuffer(question));
      stream.flush();
    }

    @Override
    public void onData(ByteBuf data) {
      int length = data.readableBytes();
      long now = host.time().nanoTime();
      try {
        while (data.isReadable()) {
          OptionalLong rtt = machine.onByte(data.readByte(), now);
          if (rtt.isPresent()) onAnswer(rtt.getAsLong());
        }
      } catch (ProtocolViolationException e) {
        fail(StreamException.Kind.FAILED, String.valueOf(e.getMessage()), e);
      } finally {
        data.release();
        stream.consumed(length);
      }
    }

    private void onAnswer(long nanos) {
      stop();
      stream.closeWrite();
      stream.flush();
      host.onRtt(connection, nanos);
      result.complete(Duration.ofNanos(nanos));
    }

    private void stop() {
      if (deadline != null) deadline.cancel(false);
    }

    private void fail(StreamException.Kind kind, String why, @Nullable Throwable cause) {
      stop();
      boolean first = result.completeExceptionally(
          new StreamException(kind, "ping of peer " + connection.remotePeer() + ": " + why, cause));
      if (first) stream.reset();
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onRemoteClosed() {
      if (machine.isWaiting()) fail(StreamException.Kind.FAILED, "closed without an answer", null);
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
      stop();
      if (result.isDone()) return;
      String why = cause == null ? "closed without an answer" : String.valueOf(cause.getMessage());
      fail(StreamException.Kind.FAILED, why, cause);
    }
  }

  /** The side that echoes. Whatever arrives goes back, a whole ping at a time. */
  private final class Echo implements StreamListener {
    private final Connection connection;
    private final MuxedStream stream;
    private final byte[] question = new byte[Ping.PAYLOAD_BYTES];
    private final TokenBucket budget;
    private int received;

    Echo(Connection connection, MuxedStream stream) {
      this.connection = connection;
      this.stream = stream;
      this.budget = new TokenBucket(ECHO_BURST, ECHOES_PER_SECOND, host.time().nanoTime());
    }

    @Override
    public void onData(ByteBuf data) {
      int length = data.readableBytes();
      try {
        while (data.isReadable() && stream.isOpen()) {
          int take = Math.min(data.readableBytes(), question.length - received);
          data.readBytes(question, received, take);
          received += take;
          if (received == question.length) echo();
        }
      } finally {
        data.release();
        stream.consumed(length);
      }
    }

    private void echo() {
      received = 0;
      if (!stream.isWritable() || !budget.tryTake(1, host.time().nanoTime())) {
        stream.reset(); // asks faster than it reads, or faster than is sensible
        return;
      }
      stream.write(Unpooled.copiedBuffer(question));
    }

    @Override
    public void onReadComplete() {
      stream.flush();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onRemoteClosed() {
      stream.closeWrite();
      stream.flush();
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
      release(connection);
    }
  }
}
