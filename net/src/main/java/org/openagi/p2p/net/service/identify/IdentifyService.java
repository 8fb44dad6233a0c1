package org.openagi.p2p.net.service.identify;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.PeerRecord;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.StreamException;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.StreamListener;
import org.openagi.p2p.net.service.ServiceHost;
import org.openagi.p2p.protocols.identify.IdentifyCodec;
import org.openagi.p2p.protocols.identify.IdentifyMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs identify and identify/push: answers who asks, asks every new connection, and tells everybody
 * when our addresses or protocols change. Messages are read and written on the connection's event
 * loop and not kept. Safe for any thread.
 *
 * @see "libp2p specs: identify/README.md"
 */
public final class IdentifyService {
  private static final Logger log = LoggerFactory.getLogger(IdentifyService.class);

  /** Changes within this time are told in one push. */
  private static final Duration PUSH_DELAY = Duration.ofMillis(100);

  /** Pushes a peer may send at once after a pause ... */
  private static final int PUSH_BURST = 8;

  /** ... and per second in the long run. */
  private static final double PUSHES_PER_SECOND = 0.5;

  private final ServiceHost host;
  private final Map<Long, TokenBucket> pushBudgets = new ConcurrentHashMap<>();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong recordSeq;
  private volatile @Nullable SealedAddresses sealed;
  private @Nullable ScheduledFuture<?> pendingPush; // net-control

  private record SealedAddresses(List<Multiaddr> addresses, Bytes envelope) {}

  /** Creates the service and registers its two protocols. */
  public IdentifyService(ServiceHost host) {
    this.host = host;
    // Sequence numbers only grow, also across restarts, because the wall clock does.
    this.recordSeq = new AtomicLong(host.time().epochMillis());
    host.handleRaw(IdentifyCodec.PROTOCOL, this::answer);
    host.handleRaw(IdentifyCodec.PUSH_PROTOCOL, this::onPush);
  }

  /** Asks the peer who it is. To be called on the connection's event loop. */
  public void request(Connection connection) {
    host.openAhead(connection, IdentifyCodec.PROTOCOL, new ServiceHost.Opening() {
      @Override
      public void onOpened(MuxedStream stream) {
        stream.setListener(new Reader(connection, stream));
        stream.flush();
      }

      @Override
      public void onFailed(StreamException cause) {
        report(connection, cause);
      }
    });
  }

  /** Our addresses or protocols changed: tells connected peers soon. Safe for any thread. */
  public void onChanged() {
    if (host.control().isShuttingDown()) return;
    host.control().execute(() -> {
      if (pendingPush != null && !pendingPush.isDone()) return;
      pendingPush =
          host.control().schedule(this::pushToAll, PUSH_DELAY.toMillis(), TimeUnit.MILLISECONDS);
    });
  }

  /** The connection is gone. Safe for any thread. */
  public void onClosed(Connection connection) {
    pushBudgets.remove(connection.id());
  }

  private void pushToAll() {
    for (Connection c : host.connections()) {
      if (!host.peers().protocols(c.remotePeer()).contains(IdentifyCodec.PUSH_PROTOCOL)) continue;
      c.executor().execute(() -> push(c));
    }
  }

  private void push(Connection connection) {
    if (!connection.isOpen()) return;
    host.openAhead(connection, IdentifyCodec.PUSH_PROTOCOL, new ServiceHost.Opening() {
      @Override
      public void onOpened(MuxedStream stream) {
        answer(connection, stream);
      }

      @Override
      public void onFailed(StreamException cause) {
        report(connection, cause);
      }
    });
  }

  private void answer(Connection connection, MuxedStream stream) {
    stream.setListener(new Discarding(stream));
    Bytes message = IdentifyCodec.encode(describe(connection));
    stream.write(Unpooled.wrappedBuffer(message.unsafeArray()));
    stream.closeWrite();
    stream.flush();
  }

  private IdentifyMessage describe(Connection connection) {
    List<Multiaddr> addresses = host.announcedAddresses();
    return new IdentifyMessage(
        Optional.of(host.key().publicKey()),
        addresses,
        host.protocols(),
        Optional.of(connection.remoteAddress()),
        Optional.of(host.config().protocolVersion()),
        Optional.of(host.config().agentVersion()),
        Optional.of(sealed(addresses)));
  }

  private Bytes sealed(List<Multiaddr> addresses) {
    SealedAddresses current = sealed;
    if (current != null && current.addresses.equals(addresses)) return current.envelope;
    PeerRecord record = new PeerRecord(host.key().peerId(), recordSeq.incrementAndGet(), addresses);
    SealedAddresses fresh =
        new SealedAddresses(addresses, record.seal(host.key()).encode());
    sealed = fresh;
    return fresh.envelope;
  }

  private void onPush(Connection connection, MuxedStream stream) {
    long now = host.time().nanoTime();
    TokenBucket budget = pushBudgets.computeIfAbsent(
        connection.id(), id -> new TokenBucket(PUSH_BURST, PUSHES_PER_SECOND, now));
    if (!budget.tryTake(1, now)) {
      stream.reset();
      return;
    }
    stream.setListener(new Reader(connection, stream));
  }

  private void onMessage(Connection connection, Bytes encoded) {
    try {
      IdentifyMessage message =
          IdentifyCodec.verify(IdentifyCodec.decode(encoded), connection.remotePeer());
      host.onIdentified(connection, message);
    } catch (ProtocolViolationException e) {
      report(connection, e);
    }
  }

  /** A peer decides how often this happens, so it is debug output, and thinned out. */
  private void report(Connection connection, Exception cause) {
    if (!connection.isOpen() || Long.bitCount(failures.incrementAndGet()) != 1) return;
    log.atDebug()
        .addKeyValue("peer", connection.remotePeer().shortString())
        .addKeyValue("connection", connection.id())
        .addKeyValue("failures", failures.get())
        .log("identify failed: {}", cause.getMessage());
  }

  /** Collects a message up to its bound, its end or its deadline. */
  private final class Reader implements StreamListener {
    private final Connection connection;
    private final MuxedStream stream;
    private final ScheduledFuture<?> deadline;
    private ByteBuf collected = Unpooled.EMPTY_BUFFER;
    private boolean done;

    Reader(Connection connection, MuxedStream stream) {
      this.connection = connection;
      this.stream = stream;
      this.deadline = connection
          .executor()
          .schedule(
              this::onDeadline,
              host.config().timeouts().streamNegotiation().toNanos(),
              TimeUnit.NANOSECONDS);
    }

    @Override
    public void onData(ByteBuf data) {
      host.onSignOfLife(connection);
      int length = data.readableBytes();
      try {
        if (done) return;
        if (collected.readableBytes() + length > IdentifyCodec.MAX_BYTES) {
          stream.reset();
          return;
        }
        if (collected.capacity() == 0) {
          collected = ByteBufAllocator.DEFAULT.heapBuffer(length);
        }
        collected.writeBytes(data);
      } finally {
        data.release();
        stream.consumed(length);
      }
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onRemoteClosed() {
      finish(true);
      stream.closeWrite();
      stream.flush();
    }

    private void onDeadline() {
      // A peer that forgets to close its side may have said everything all the same.
      finish(true);
      stream.reset();
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
      if (cause != null && !done) {
        report(connection, cause instanceof Exception e ? e : new IllegalStateException(cause));
      }
      finish(cause == null);
    }

    private void finish(boolean usable) {
      if (done) return;
      done = true;
      deadline.cancel(false);
      byte[] bytes = new byte[collected.readableBytes()];
      collected.readBytes(bytes);
      collected.release();
      collected = Unpooled.EMPTY_BUFFER;
      if (usable && bytes.length > 0) onMessage(connection, Bytes.wrap(bytes));
    }
  }

  /** Has said everything and listens for nothing. */
  private record Discarding(MuxedStream stream) implements StreamListener {
    @Override
    public void onData(ByteBuf data) {
      int length = data.readableBytes();
      data.release();
      stream.consumed(length);
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onRemoteClosed() {}

    @Override
    public void onClosed(@Nullable Throwable cause) {}
  }
}
