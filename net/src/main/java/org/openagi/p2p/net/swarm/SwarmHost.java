package org.openagi.p2p.net.swarm;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.DialException;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.HostConfig.Limits;
import org.openagi.p2p.net.HostConfig.Timeouts;
import org.openagi.p2p.net.HostListener;
import org.openagi.p2p.net.HostStats;
import org.openagi.p2p.net.RawStream;
import org.openagi.p2p.net.RawStreamHandler;
import org.openagi.p2p.net.RawStreamOpening;
import org.openagi.p2p.net.StreamException;
import org.openagi.p2p.net.limits.ConnectionLimiter;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.security.NoiseSecurity;
import org.openagi.p2p.net.security.SecurityConfig;
import org.openagi.p2p.net.security.SecurityProtocol;
import org.openagi.p2p.net.security.TlsSecurity;
import org.openagi.p2p.net.service.ServiceHost;
import org.openagi.p2p.net.service.identify.IdentifyService;
import org.openagi.p2p.net.service.ping.PingService;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.net.transport.IoThreads;
import org.openagi.p2p.net.transport.TcpTransport;
import org.openagi.p2p.net.transport.Transport;
import org.openagi.p2p.net.upgrade.Upgrader;
import org.openagi.p2p.protocols.dialing.ConnectionSelector;
import org.openagi.p2p.protocols.identify.IdentifyMessage;
import org.openagi.p2p.protocols.liveness.LivenessConfig;
import org.openagi.p2p.protocols.peers.AddressSource;
import org.openagi.p2p.protocols.peers.PeerEntry;
import org.openagi.p2p.protocols.peers.PeerTable;
import org.openagi.p2p.wire.yamux.YamuxConfig;
import org.openagi.p2p.wire.yamux.YamuxCounters;

/**
 * The host: puts transports, upgrade, swarm and services together and is their face. Safe for any
 * thread; calls that change the swarm post to {@code net-control}.
 */
public final class SwarmHost implements Host {
  private enum Phase {
    NEW,
    RUNNING,
    STOPPED
  }

  private static final Duration CLOSE_GRACE = Duration.ofSeconds(1);
  private static final Duration ADDRESS_CHECK = Duration.ofSeconds(5);

  private final HostConfig config;
  private final HostKey key;
  private final SwarmContext swarm;
  private final IoThreads io;
  private final ListenSockets sockets;
  private final Swarm core;
  private final IdentifyService identify;
  private final PingService ping;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  /** Creates a host that does nothing before its start. */
  public SwarmHost(HostConfig config, HostKey key) {
    this(config, key, TimeSource.system(), new SecureRandom());
  }

  SwarmHost(HostConfig config, HostKey key, TimeSource time, SecureRandom random) {
    this.config = config;
    this.key = key;
    EventExecutor control = new DefaultEventExecutor(new DefaultThreadFactory("net-control", true));
    Limits limits = config.limits();
    this.swarm = new SwarmContext(
        config,
        key.peerId(),
        control,
        time,
        new ConnectionLimiter(limits),
        new ProtocolRegistry(),
        new HandlerThreads(limits.maxHandlers()),
        new EventHub(control),
        new PeerTable(time, config.maxKnownPeers()),
        yamux(limits),
        new YamuxCounters(),
        liveness(config.timeouts()));
    this.io = new IoThreads(config.ioThreads());
    List<Transport> transports = List.of(new TcpTransport(io));
    Upgrader upgrader = new Upgrader(
        securities(config, key, time, random),
        config.muxers(),
        config.timeouts().handshake());
    AtomicReference<InboundGate> gate = new AtomicReference<>();
    this.sockets = new ListenSockets(transports, (transport, channel) -> {
      InboundGate open = gate.get();
      if (open == null) channel.close();
      else open.onAccepted(transport, channel);
    });
    List<EventLoop> loops = io.loops();
    this.core = new Swarm(
        swarm, upgrader, transports, loops, sockets::ownAddresses, new Services(), random);
    gate.set(new InboundGate(swarm, upgrader, core));
    ServiceHost services = new Services();
    this.identify = new IdentifyService(services);
    this.ping = new PingService(services, random);
  }

  private static YamuxConfig yamux(Limits limits) {
    // The keep-alive of the multiplexer is off: the liveness monitor watches the connection.
    YamuxConfig defaults = YamuxConfig.defaults();
    return defaults
        .withMaxStreams(
            limits.maxInboundStreams(),
            limits.maxOutboundStreams(),
            Math.min(limits.maxOutboundStreams(), defaults.maxUnackedStreams()))
        .withKeepAlive(Duration.ZERO, defaults.keepAliveTimeout());
  }

  private static LivenessConfig liveness(Timeouts t) {
    return new LivenessConfig(t.heartbeat(), t.heartbeatAnswer(), t.missedHeartbeats());
  }

  private static List<SecurityProtocol> securities(
      HostConfig config, HostKey key, TimeSource time, SecureRandom random) {
    SecurityConfig security =
        SecurityConfig.defaults().withHandshakeTimeout(config.timeouts().handshake());
    List<SecurityProtocol> result = new ArrayList<>();
    for (String id : config.security()) {
      result.add(
          id.equals(HostConfig.TLS)
              ? new TlsSecurity(key, random, security, time)
              : new NoiseSecurity(key, random, security));
    }
    return result;
  }

  // ---- life cycle ----------------------------------------------------------------------------

  @Override
  public CompletionStage<List<Multiaddr>> start() {
    if (!phase.compareAndSet(Phase.NEW, Phase.RUNNING)) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("this host was started before"));
    }
    EventExecutor control = swarm.control();
    CompletableFuture<List<Multiaddr>> result = new CompletableFuture<>();
    sockets
        .open(config.listenAddresses(), control)
        .whenCompleteAsync(
            (v, error) -> {
              if (error != null) {
                Throwable cause = error instanceof CompletionException ? error.getCause() : error;
                stop(Duration.ZERO).whenComplete((w, e) -> result.completeExceptionally(cause));
                return;
              }
              core.start();
              control.scheduleWithFixedDelay(
                  this::checkAddresses,
                  ADDRESS_CHECK.toMillis(),
                  ADDRESS_CHECK.toMillis(),
                  TimeUnit.MILLISECONDS);
              result.complete(listenAddresses());
            },
            control);
    return result;
  }

  private void checkAddresses() {
    if (!sockets.refresh()) return;
    List<Multiaddr> now = listenAddresses();
    swarm.events().fire(l -> l.onListenAddressesChanged(now));
    identify.onChanged();
  }

  @Override
  public CompletionStage<Void> stop(Duration grace) {
    if (phase.getAndSet(Phase.STOPPED) == Phase.STOPPED) return stopped.copy();
    EventExecutor control = swarm.control();
    control.execute(() -> sockets
        .close()
        .thenComposeAsync(v -> core.stop(grace), control)
        .whenCompleteAsync((v, e) -> shutDown(control), control));
    return stopped.copy();
  }

  private void shutDown(EventExecutor control) {
    io.shutdown().addListener(f -> {
      control.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      control.terminationFuture().addListener(g -> stopped.complete(null));
    });
  }

  @Override
  public void close() {
    try {
      stop(CLOSE_GRACE).toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException("the host did not stop", e);
    }
  }

  // ---- protocols and streams -----------------------------------------------------------------

  @Override
  public void handle(String protocolId, Consumer<P2PStream> handler) {
    swarm.protocols().add(protocolId, new ProtocolRegistry.Handler.Blocking(handler));
    onProtocolsChanged();
  }

  @Override
  public void handleRaw(String protocolId, RawStreamHandler handler) {
    swarm.protocols().add(protocolId, new ProtocolRegistry.Handler.Raw(handler));
    onProtocolsChanged();
  }

  @Override
  public void unhandle(String protocolId) {
    swarm.protocols().remove(protocolId);
    onProtocolsChanged();
  }

  private void onProtocolsChanged() {
    if (phase.get() == Phase.RUNNING) identify.onChanged();
  }

  @Override
  public CompletionStage<P2PStream> newStream(PeerId peer, String... protocolIds) {
    List<String> protocols = List.of(protocolIds);
    return connect(peer, List.of())
        .thenCompose(connection -> openBlocking(connection, protocols))
        .exceptionallyCompose(error -> againElsewhere(peer, protocols, error));
  }

  /** A connection may be closed as a duplicate in the very moment it is used: one more try. */
  private CompletionStage<P2PStream> againElsewhere(
      PeerId peer, List<String> protocols, Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    boolean gone =
        cause instanceof StreamException e && e.kind() == StreamException.Kind.NOT_CONNECTED;
    if (!gone || core.table().byPreference(peer).isEmpty()) {
      return CompletableFuture.failedFuture(cause);
    }
    return openBlocking(core.table().byPreference(peer).getFirst(), protocols);
  }

  private CompletionStage<P2PStream> openBlocking(Connection connection, List<String> protocols) {
    SwarmConnection c = own(connection);
    CompletableFuture<P2PStream> result = new CompletableFuture<>();
    open(c, protocols, new ConnectionStreams.Opening() {
      @Override
      public void onOpened(MuxedStream stream, String protocol) {
        P2PStream p2p = P2PStream.attach(stream, c.remotePeer(), protocol, c.id());
        if (!result.complete(p2p)) p2p.reset();
      }

      @Override
      public void onFailed(StreamException cause) {
        result.completeExceptionally(cause);
      }
    });
    return result;
  }

  @Override
  public CompletionStage<RawStream> newRawStream(Connection connection, String... protocolIds) {
    CompletableFuture<RawStream> result = new LoopFuture<>(connection.executor());
    openRawStream(connection, List.of(protocolIds), new RawStreamOpening() {
      @Override
      public void onOpened(RawStream stream) {
        if (!result.complete(stream)) stream.stream().reset();
      }

      @Override
      public void onFailed(StreamException cause) {
        result.completeExceptionally(cause);
      }
    });
    return result;
  }

  @Override
  public void openRawStream(
      Connection connection, List<String> protocolIds, RawStreamOpening outcome) {
    SwarmConnection c = own(connection);
    open(c, protocolIds, new ConnectionStreams.Opening() {
      @Override
      public void onOpened(MuxedStream stream, String protocol) {
        outcome.onOpened(new RawStream(c, stream, protocol));
      }

      @Override
      public void onFailed(StreamException cause) {
        outcome.onFailed(cause);
      }
    });
  }

  /** A protocol that the peer said it speaks needs no answer; any other is negotiated first. */
  private void open(
      SwarmConnection connection, List<String> protocols, ConnectionStreams.Opening opening) {
    if (protocols.isEmpty()) throw new IllegalArgumentException("no protocol to open a stream for");
    List<String> spoken = swarm.peers().protocols(connection.remotePeer());
    Optional<String> sure = protocols.stream().filter(spoken::contains).findFirst();
    Runnable task = () -> {
      if (sure.isPresent()) connection.streams().openAhead(sure.get(), opening);
      else connection.streams().open(protocols, opening);
    };
    EventExecutor loop = connection.executor();
    if (loop.inEventLoop()) {
      task.run();
    } else if (loop.isShuttingDown()) {
      opening.onFailed(connection.notConnected(null));
    } else {
      loop.execute(task);
    }
  }

  private static SwarmConnection own(Connection connection) {
    if (connection instanceof SwarmConnection c) return c;
    throw new IllegalArgumentException("not a connection of this host: " + connection);
  }

  // ---- connections ---------------------------------------------------------------------------

  @Override
  public CompletionStage<Connection> connect(PeerId peer, List<Multiaddr> addresses) {
    List<SwarmConnection> there = core.table().byPreference(peer);
    if (!there.isEmpty()) return CompletableFuture.completedFuture(there.getFirst());
    List<Multiaddr> explicit = List.copyOf(addresses);
    return onControl(result -> core.dialer().connect(peer, explicit, result));
  }

  @Override
  public CompletionStage<Connection> connect(Multiaddr address) {
    Optional<PeerId> peer = address.peerId();
    if (peer.isPresent()) return connect(peer.get(), List.of(address));
    return onControl(result -> core.dialer().connect(address, result));
  }

  private CompletionStage<Connection> onControl(Consumer<CompletableFuture<Connection>> dial) {
    CompletableFuture<Connection> result = new CompletableFuture<>();
    if (phase.get() != Phase.RUNNING || swarm.control().isShuttingDown()) {
      String why = phase.get() == Phase.NEW ? "this host was not started" : "this host has stopped";
      result.completeExceptionally(
          new DialException(DialException.Kind.STOPPED, null, List.of(), why, null));
      return result;
    }
    swarm.control().execute(() -> dial.accept(result));
    return result;
  }

  @Override
  public List<Connection> connections() {
    return List.copyOf(core.table().all());
  }

  @Override
  public List<Connection> connections(PeerId peer) {
    return List.copyOf(core.table().byPreference(peer));
  }

  @Override
  public void protect(PeerId peer, String tag) {
    core.protect(peer, tag);
  }

  @Override
  public void setStanding(ConnectionSelector.PeerStanding standing) {
    core.setStanding(standing);
  }

  @Override
  public void setRefused(PeerId peer, boolean refused) {
    swarm.limiter().setRefused(peer, refused);
  }

  @Override
  public void unprotect(PeerId peer, String tag) {
    core.unprotect(peer, tag);
  }

  @Override
  public boolean keepConnected(PeerId peer) {
    if (phase.get() != Phase.RUNNING) return false;
    if (swarm.control().inEventLoop()) return core.reconnector().keep(peer);
    return swarm
        .control()
        .submit(() -> core.reconnector().keep(peer))
        .syncUninterruptibly()
        .getNow();
  }

  @Override
  public void releaseConnected(PeerId peer) {
    if (!swarm.control().isShuttingDown()) {
      swarm.control().execute(() -> core.reconnector().release(peer));
    }
  }

  @Override
  public CompletionStage<Duration> ping(PeerId peer) {
    List<SwarmConnection> there = core.table().byPreference(peer);
    if (!there.isEmpty()) return ping.ping(there.getFirst());
    return CompletableFuture.failedFuture(new StreamException(
        StreamException.Kind.NOT_CONNECTED, "not connected to peer " + peer, null));
  }

  // ---- queries -------------------------------------------------------------------------------

  @Override
  public PeerId peerId() {
    return key.peerId();
  }

  @Override
  public List<Multiaddr> listenAddresses() {
    return sockets.addresses().stream().map(a -> a.withPeerId(key.peerId())).toList();
  }

  @Override
  public PeerTable peers() {
    return swarm.peers();
  }

  @Override
  public void addListener(HostListener listener) {
    swarm.events().add(listener);
  }

  @Override
  public void removeListener(HostListener listener) {
    swarm.events().remove(listener);
  }

  @Override
  public HostStats stats() {
    ConnectionLimiter limiter = swarm.limiter();
    long bytesIn = core.closedBytesIn();
    long bytesOut = core.closedBytesOut();
    int streams = 0;
    for (SwarmConnection c : core.table().all()) {
      bytesIn += c.bytesIn();
      bytesOut += c.bytesOut();
      streams += c.openStreamCount();
    }
    return new HostStats(
        limiter.inbound(),
        limiter.outbound(),
        limiter.handshakesInFlight(),
        limiter.handshakesSucceeded(),
        limiter.handshakesFailed(),
        core.dialer().dialsStarted(),
        core.dialer().dialsFailed(),
        limiter.refusals(),
        bytesIn,
        bytesOut,
        streams,
        swarm.handlers().running());
  }

  /** What the services get to see of this host, and what they hook into. */
  private final class Services implements ServiceHost, Swarm.Services {
    @Override
    public void onUpgraded(SwarmConnection connection) {
      identify.request(connection);
    }

    @Override
    public void onClosed(SwarmConnection connection) {
      identify.onClosed(connection);
    }

    @Override
    public void onPingDue(SwarmConnection connection) {
      ping.ping(connection); // its answer, or even its refusal, is the sign of life that counts
    }

    @Override
    public HostConfig config() {
      return config;
    }

    @Override
    public HostKey key() {
      return key;
    }

    @Override
    public TimeSource time() {
      return swarm.time();
    }

    @Override
    public EventExecutor control() {
      return swarm.control();
    }

    @Override
    public PeerTable peers() {
      return swarm.peers();
    }

    @Override
    public List<? extends Connection> connections() {
      return core.table().all();
    }

    @Override
    public List<Multiaddr> announcedAddresses() {
      return sockets.announced();
    }

    @Override
    public List<String> protocols() {
      return swarm.protocols().ids();
    }

    @Override
    public void handleRaw(String protocolId, RawStreamHandler handler) {
      SwarmHost.this.handleRaw(protocolId, handler);
    }

    @Override
    public void openAhead(Connection connection, String protocolId, Opening opening) {
      own(connection).streams().openAhead(protocolId, new ConnectionStreams.Opening() {
        @Override
        public void onOpened(MuxedStream stream, String protocol) {
          opening.onOpened(stream);
        }

        @Override
        public void onFailed(StreamException cause) {
          opening.onFailed(cause);
        }
      });
    }

    @Override
    public void onSignOfLife(Connection connection) {
      own(connection).onSignOfLife();
    }

    @Override
    public void onIdentified(Connection connection, IdentifyMessage message) {
      SwarmConnection c = own(connection);
      if (!swarm.control().isShuttingDown()) swarm.control().execute(() -> identified(c, message));
    }

    @Override
    public void onRtt(Connection connection, long nanos) {
      own(connection).onRtt(nanos);
    }
  }

  private void identified(SwarmConnection connection, IdentifyMessage message) {
    PeerId peer = connection.remotePeer();
    PeerTable table = swarm.peers();
    table.onIdentified(peer, message.protocols(), message.agentVersion());
    table.addAddresses(
        peer, message.listenAddresses(), AddressSource.IDENTIFY, PeerTable.IDENTIFIED_TTL);
    message.signedPeerRecord().ifPresent(record -> putRecord(peer, record));
    if (!connection.announced || !connection.isOpen()) return;
    IdentifyMessage complete = complete(table.get(peer), message);
    swarm.events().fire(l -> l.onIdentified(connection, complete));
  }

  private void putRecord(PeerId peer, org.openagi.p2p.core.bytes.Bytes record) {
    try {
      swarm.peers().putRecord(peer, record);
    } catch (ProtocolViolationException e) {
      throw new IllegalStateException("a record that was verified before is invalid", e);
    }
  }

  /** A partial push, completed by what is known. */
  private static IdentifyMessage complete(Optional<PeerEntry> known, IdentifyMessage message) {
    @Nullable PeerEntry entry = known.orElse(null);
    if (entry == null) return message;
    return new IdentifyMessage(
        message.publicKey(),
        message.listenAddresses().isEmpty()
            ? entry.addresses().stream().map(a -> a.address()).toList()
            : message.listenAddresses(),
        entry.protocols(),
        message.observedAddress(),
        message.protocolVersion(),
        entry.agentVersion(),
        message.signedPeerRecord().or(entry::signedRecord));
  }
}
