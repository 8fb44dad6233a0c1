package org.openagi.p2p.net.swarm;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.CloseReason.Kind;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.ConnectionStats;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.StreamException;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.MuxedStreamException;
import org.openagi.p2p.net.mux.MuxerListener;
import org.openagi.p2p.net.mux.StreamMuxer;
import org.openagi.p2p.net.mux.YamuxHandler;
import org.openagi.p2p.net.security.SecuredChannel;
import org.openagi.p2p.protocols.dialing.ConnectionSelector;
import org.openagi.p2p.protocols.liveness.LinkState;
import org.openagi.p2p.protocols.liveness.LivenessMonitor;
import org.openagi.p2p.protocols.ping.RttEstimator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: the life of its channel from the end of the upgrade on. The public methods are
 * safe for any thread; everything else is confined to its event loop. Fields that others read are
 * volatile and written by the event loop.
 *
 * <p>A connection we dialed is announced once the peer shows a sign of life on it (a stream, or an
 * answer on one of ours), because only then is it known that the peer did not refuse it.
 */
final class SwarmConnection implements Connection, MuxerListener {
  /** What the swarm wants to know; called on the event loop. */
  interface Owner {
    /** Both sides have accepted; once. */
    void onEstablished(SwarmConnection connection);

    /** It is over; once, last, also if it was never established. */
    void onClosed(SwarmConnection connection, CloseReason reason, boolean wasEstablished);

    /** Its liveness changed. */
    void onHealth(SwarmConnection connection, LinkState from, LinkState to, String why);

    /** A ping is to be sent. */
    void onPingDue(SwarmConnection connection);
  }

  private static final Logger log = LoggerFactory.getLogger(SwarmConnection.class);

  /** How long an orderly close waits for streams to finish, unless told otherwise. */
  static final Duration DRAIN = Duration.ofMillis(250);

  private static final Duration DRAIN_POLL = Duration.ofMillis(5);

  private final long id;
  private final SwarmContext swarm;
  private final Owner owner;
  private final Channel channel;
  private final TrafficCounter traffic;
  private final SecuredChannel secured;
  private final Direction direction;
  private final Multiaddr localAddress;
  private final Multiaddr remoteAddress;
  private final long openedEpochMillis;
  private final long openedNanos;
  private final long setUpNanos;
  private final @Nullable DialAttempt attempt;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final AtomicReference<@Nullable CloseReason> reason = new AtomicReference<>();
  private final Set<String> tags = ConcurrentHashMap.newKeySet(1);
  private final ConnectionStreams streams;
  private final YamuxHandler muxer;

  private volatile LinkState health = LinkState.HEALTHY;
  private volatile long heardNanos;
  private volatile int openStreams;
  private volatile long smoothedRttNanos = -1;
  private volatile long lastRttNanos = -1;
  private volatile boolean peerProtected;

  /** Confined to net-control: whether listeners heard of it. */
  boolean announced;

  // Event loop only.
  private final RttEstimator rtt = new RttEstimator();
  private @Nullable LivenessMonitor monitor;
  private @Nullable ScheduledFuture<?> confirmation;
  private boolean established;
  private boolean over;
  private long bytesSeen;
  private long busyNanos;
  private long patienceNanos;

  SwarmConnection(
      long id,
      SwarmContext swarm,
      Owner owner,
      Channel channel,
      TrafficCounter traffic,
      SecuredChannel secured,
      Direction direction,
      Multiaddr localAddress,
      Multiaddr remoteAddress,
      long setUpNanos,
      @Nullable DialAttempt attempt) {
    this.id = id;
    this.swarm = swarm;
    this.owner = owner;
    this.channel = channel;
    this.traffic = traffic;
    this.secured = secured;
    this.direction = direction;
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    this.openedEpochMillis = swarm.time().epochMillis();
    this.openedNanos = swarm.time().nanoTime();
    this.setUpNanos = setUpNanos;
    this.attempt = attempt;
    this.heardNanos = openedNanos;
    this.busyNanos = openedNanos;
    this.streams = new ConnectionStreams(swarm, this);
    this.muxer = new YamuxHandler(
        direction == Direction.OUTBOUND, swarm.yamux(), swarm.yamuxCounters(), swarm.time(), this);
  }

  /** Installs the multiplexer; the connection lives from here on. */
  void start() {
    channel.pipeline().addLast(muxer);
    if (direction == Direction.INBOUND) {
      onSignOfLife();
      return;
    }
    Duration patience = swarm.config().timeouts().handshake();
    confirmation = channel
        .eventLoop()
        .schedule(
            () -> abort(new CloseReason(
                Kind.CONNECTION_LOST,
                "no sign of life within " + patience.toMillis() + " ms after the handshake")),
            patience.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /** The peer uses the connection, so it has accepted it. */
  void onSignOfLife() {
    if (established || over) return;
    established = true;
    if (confirmation != null) confirmation.cancel(false);
    confirmation = null;
    owner.onEstablished(this);
  }

  /** Listeners have heard of the connection: streams may reach handlers. */
  void onAnnounced() {
    streams.onAnnounced();
  }

  @Override
  public void onInboundStream(MuxedStream stream) {
    onSignOfLife();
    streams.onInbound(stream);
  }

  @Override
  public void onMuxerClosed(@Nullable Throwable cause) {
    reason.compareAndSet(null, reasonOf(cause));
    if (channel.isActive()) channel.closeFuture().addListener(f -> end());
    else end();
  }

  private CloseReason reasonOf(@Nullable Throwable cause) {
    Optional<Long> code = RefusalCode.codeOf(cause);
    Optional<String> refusal = code.flatMap(RefusalCode::describe);
    if (refusal.isPresent()) {
      return new CloseReason(
          Kind.REFUSED_BY_REMOTE, "peer " + remotePeer() + " refused: " + refusal.get());
    }
    if (code.isPresent()) {
      return new CloseReason(
          Kind.REMOTE_CLOSED, "the peer ended it with go-away code " + code.get());
    }
    if (cause == null) return new CloseReason(Kind.REMOTE_CLOSED, "closed by the peer");
    boolean violation = cause instanceof MuxedStreamException m
        && m.reason() == MuxedStreamException.Reason.PROTOCOL_VIOLATION;
    boolean violated =
        violation || cause instanceof org.openagi.p2p.core.error.ProtocolViolationException;
    return new CloseReason(
        violated ? Kind.PROTOCOL_VIOLATION : Kind.CONNECTION_LOST,
        String.valueOf(cause.getMessage()));
  }

  private void end() {
    if (over) return;
    over = true;
    openStreams = 0;
    if (confirmation != null) confirmation.cancel(false);
    CloseReason why = reason.get();
    if (why == null) throw new IllegalStateException("closed without a reason");
    owner.onClosed(this, why, established);
    closed.complete(null);
  }

  // ---- the sweep -----------------------------------------------------------------------------

  /** Starts watching; {@code livenessNanos} is the time of the loop's liveness clock. */
  void watch(long livenessNanos) {
    bytesSeen = traffic.bytesIn();
    LivenessMonitor made = new LivenessMonitor(swarm.liveness(), livenessNanos);
    made.setPatience(patienceNanos);
    monitor = made;
  }

  /** Called about once a second. */
  void sweep(long nowNanos, long livenessNanos) {
    if (over) return;
    streams.sweep(nowNanos);
    openStreams = muxer.openStreams();
    if (openStreams > 0) busyNanos = nowNanos;
    long bytesIn = traffic.bytesIn();
    if (bytesIn != bytesSeen) {
      bytesSeen = bytesIn;
      heardNanos = nowNanos;
    }
    if (monitor != null && isOpen()) beat(monitor, livenessNanos, bytesIn);
    reapIfIdle(nowNanos);
  }

  private void beat(LivenessMonitor watch, long livenessNanos, long bytesIn) {
    LinkState before = watch.state();
    LivenessMonitor.Action action = watch.onTick(livenessNanos, bytesIn);
    LinkState after = watch.state();
    if (before != after) {
      health = after;
      String why =
          after == LinkState.HEALTHY ? "heard of the peer again" : watch.describe(livenessNanos);
      owner.onHealth(this, before, after, why);
    }
    switch (action) {
      case NONE -> {}
      case PING -> owner.onPingDue(this);
      case CLOSE ->
        abort(new CloseReason(
            Kind.UNRESPONSIVE,
            "peer " + remotePeer().shortString() + " does not answer: "
                + watch.describe(livenessNanos)));
    }
  }

  private void reapIfIdle(long nowNanos) {
    Optional<Duration> idle = swarm.config().timeouts().idle();
    if (idle.isEmpty() || isProtected() || !isOpen()) return;
    if (nowNanos - busyNanos < idle.get().toNanos()) return;
    close(new CloseReason(Kind.IDLE, "no stream for " + idle.get().toMillis() + " ms"));
  }

  /** Asks the peer for a sign of life at the next sweep; for any thread. */
  void doubt() {
    run(() -> {
      if (monitor != null) monitor.doubt();
    });
  }

  @Override
  public void setPatience(Duration patience) {
    run(() -> {
      patienceNanos = patience.toNanos();
      if (monitor != null) monitor.setPatience(patienceNanos);
    });
  }

  void onRtt(long nanos) {
    rtt.onSample(nanos);
    smoothedRttNanos = rtt.smoothedNanos();
    lastRttNanos = rtt.lastNanos();
  }

  // ---- close ---------------------------------------------------------------------------------

  @Override
  public CompletionStage<Void> close(CloseReason why) {
    return close(why, DRAIN);
  }

  /** Closes in good order, giving open streams so long to finish. */
  CompletionStage<Void> close(CloseReason why, Duration drain) {
    if (reason.compareAndSet(null, why)) {
      run(() -> drain(swarm.time().nanoTime() + drain.toNanos()));
    }
    return closed.copy();
  }

  private void drain(long deadlineNanos) {
    if (over || muxer.isClosed()) return;
    boolean late = swarm.time().nanoTime() - deadlineNanos >= 0;
    if (muxer.openStreams() == 0 || late || !channel.isActive()) {
      muxer.close(StreamMuxer.NORMAL_TERMINATION);
      return;
    }
    executor().schedule(() -> drain(deadlineNanos), DRAIN_POLL.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void abort(CloseReason why) {
    reason.compareAndSet(null, why);
    run(() -> channel.close());
  }

  private void run(Runnable task) {
    EventExecutor loop = executor();
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  @Override
  public boolean isOpen() {
    return reason.get() == null;
  }

  @Override
  public Optional<CloseReason> closeReason() {
    return Optional.ofNullable(reason.get());
  }

  StreamException notConnected(@Nullable Throwable cause) {
    String why = closeReason().map(CloseReason::detail).orElse("it is gone");
    return new StreamException(
        StreamException.Kind.NOT_CONNECTED,
        "the connection to peer " + remotePeer() + " ended: " + why,
        cause);
  }

  /** Closes it if no stream is open; for any thread. */
  void closeIfUnused(CloseReason why) {
    run(() -> {
      if (!over && muxer.openStreams() == 0) close(why);
    });
  }

  // ---- queries -------------------------------------------------------------------------------

  /** The dial it came from, if we dialed. */
  @Nullable
  DialAttempt attempt() {
    return attempt;
  }

  ConnectionStreams streams() {
    return streams;
  }

  StreamMuxer muxer() {
    return muxer;
  }

  InetAddress remoteHost() {
    return channel.remoteAddress() instanceof InetSocketAddress a && a.getAddress() != null
        ? a.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  /** How the decisions of the swarm see this connection. */
  ConnectionSelector.Link link() {
    return new ConnectionSelector.Link(
        id,
        direction == Direction.OUTBOUND,
        openedNanos,
        heardNanos,
        openStreams,
        isProtected(),
        health != LinkState.HEALTHY);
  }

  long openedNanos() {
    return openedNanos;
  }

  long bytesIn() {
    return traffic.bytesIn();
  }

  long bytesOut() {
    return traffic.bytesOut();
  }

  int openStreamCount() {
    return openStreams;
  }

  void setPeerProtected(boolean value) {
    peerProtected = value;
  }

  void logHandlerFailure(String protocol, RuntimeException e) {
    log.atDebug()
        .addKeyValue("peer", remotePeer().shortString())
        .addKeyValue("connection", id)
        .addKeyValue("protocol", protocol)
        .setCause(e)
        .log("a raw stream handler threw; its stream was reset");
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public PeerId remotePeer() {
    return secured.remotePeer();
  }

  @Override
  public PublicKey remoteKey() {
    return secured.remoteKey();
  }

  @Override
  public Multiaddr localAddress() {
    return localAddress;
  }

  @Override
  public Multiaddr remoteAddress() {
    return remoteAddress;
  }

  @Override
  public Direction direction() {
    return direction;
  }

  @Override
  public String security() {
    return secured.security();
  }

  @Override
  public Instant openedAt() {
    return Instant.ofEpochMilli(openedEpochMillis);
  }

  @Override
  public EventExecutor executor() {
    return channel.eventLoop();
  }

  @Override
  public LinkState health() {
    return health;
  }

  @Override
  public ConnectionStats stats() {
    return new ConnectionStats(
        traffic.bytesIn(),
        traffic.bytesOut(),
        openStreams,
        streams.opened(),
        streams.accepted(),
        Duration.ofNanos(setUpNanos),
        duration(smoothedRttNanos),
        duration(lastRttNanos));
  }

  private static Optional<Duration> duration(long nanos) {
    return nanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
  }

  @Override
  public void protect(String tag) {
    if (tags.size() >= MAX_TAGS && !tags.contains(tag)) {
      throw new IllegalStateException("connection " + id + " has " + MAX_TAGS + " tags already");
    }
    tags.add(tag);
  }

  @Override
  public boolean unprotect(String tag) {
    tags.remove(tag);
    return isProtected();
  }

  @Override
  public boolean isProtected() {
    return peerProtected || !tags.isEmpty();
  }

  @Override
  public String toString() {
    return "connection " + id + " (" + direction + ") with " + remotePeer().shortString() + " at "
        + remoteAddress;
  }
}
