package org.openagi.p2p.net.swarm;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.CloseReason.Kind;
import org.openagi.p2p.net.DialException;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.HostConfig.Limits;
import org.openagi.p2p.net.HostConfig.Timeouts;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.net.limits.ConnectionLimiter;
import org.openagi.p2p.net.security.Role;
import org.openagi.p2p.net.security.SecuredChannel;
import org.openagi.p2p.net.transport.Transport;
import org.openagi.p2p.net.upgrade.UpgradeException;
import org.openagi.p2p.net.upgrade.Upgrader;
import org.openagi.p2p.protocols.dialing.ConnectionSelector;
import org.openagi.p2p.protocols.dialing.ConnectionSelector.Link;
import org.openagi.p2p.protocols.dialing.ConnectionSelector.PeerStanding;
import org.openagi.p2p.protocols.dialing.ReconnectPolicy;
import org.openagi.p2p.protocols.liveness.LinkState;

/**
 * Owner of all connections: registers, announces, prefers, trims and closes them. Confined to {@code
 * net-control}, but for the methods of its two interfaces, which event loops call and which post.
 */
final class Swarm implements SwarmConnection.Owner, ConnectionOpener {
  /** What services hook into; called on the connection's event loop. */
  interface Services {
    /** The upgrade is complete; the peer may still refuse. */
    void onUpgraded(SwarmConnection connection);

    void onClosed(SwarmConnection connection);

    void onPingDue(SwarmConnection connection);
  }

  private static final Duration MAX_UPKEEP = Duration.ofMillis(500);
  private static final Duration MIN_UPKEEP = Duration.ofMillis(20);

  private final SwarmContext swarm;
  private final Upgrader upgrader;
  private final ConnectionTable table;
  private final Dialer dialer;
  private final Reconnector reconnector;
  private final Services services;
  private final Map<EventLoop, LoopSweeper> sweepers = new LinkedHashMap<>();
  private final ConcurrentHashMap<PeerId, Set<String>> protectedPeers = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();
  private final LongAdder closedBytesIn = new LongAdder();
  private final LongAdder closedBytesOut = new LongAdder();
  private volatile PeerStanding standing = PeerStanding.NONE;
  private boolean stopping;
  private @Nullable CompletableFuture<Void> emptied;

  Swarm(
      SwarmContext swarm,
      Upgrader upgrader,
      List<Transport> transports,
      List<EventLoop> loops,
      java.util.function.Supplier<java.util.Collection<InetAddress>> ownAddresses,
      Services services,
      RandomGenerator random) {
    this.swarm = swarm;
    this.upgrader = upgrader;
    this.services = services;
    this.table = new ConnectionTable(swarm.self());
    this.dialer = new Dialer(swarm, transports, table, this::upgradeDialed, ownAddresses, random);
    this.reconnector = new Reconnector(
        swarm, dialer, table, new ReconnectPolicy(ReconnectPolicy.defaultShape(), random));
    for (EventLoop loop : loops) {
      sweepers.put(loop, new LoopSweeper(loop, swarm.time(), swarm.liveness()));
    }
  }

  /** Sets what trimming goes by. Any thread. */
  void setStanding(PeerStanding value) {
    standing = value;
  }

  /** Begins the periodic upkeep. */
  void start() {
    Duration grace = swarm.config().timeouts().duplicateGrace().dividedBy(2);
    Duration interval = grace.compareTo(MAX_UPKEEP) > 0
        ? MAX_UPKEEP
        : grace.compareTo(MIN_UPKEEP) < 0 ? MIN_UPKEEP : grace;
    swarm
        .control()
        .scheduleWithFixedDelay(
            this::upkeep, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  // ---- new connections -----------------------------------------------------------------------

  private void upgradeDialed(Channel channel, Transport transport, DialAttempt attempt) {
    long startNanos = swarm.time().nanoTime();
    TrafficCounter traffic = new TrafficCounter();
    channel.pipeline().addLast(traffic);
    ConnectionLimiter limiter = swarm.limiter();
    limiter.onOutboundHandshake();
    Optional<PeerId> expected = attempt.job().expected;
    upgrader.upgrade(channel, Role.DIALER, expected, new Upgrader.Outcome() {
      @Override
      public void onUpgraded(SecuredChannel secured, String muxer) {
        limiter.onOutboundHandshakeEnded();
        limiter.onHandshakeResult(true);
        admitDialed(channel, transport, traffic, secured, attempt, startNanos);
      }

      @Override
      public void onFailed(UpgradeException cause) {
        limiter.onOutboundHandshakeEnded();
        limiter.onHandshakeResult(false);
        dialer.onFailed(attempt, Dialer.kindOf(cause), String.valueOf(cause.getMessage()), cause);
      }
    });
  }

  private void admitDialed(
      Channel channel,
      Transport transport,
      TrafficCounter traffic,
      SecuredChannel secured,
      DialAttempt attempt,
      long startNanos) {
    PeerId peer = secured.remotePeer();
    if (peer.equals(swarm.self())) {
      channel.close();
      dialer.onFailed(
          attempt, DialException.Kind.SELF, attempt.address() + " is this node itself", null);
      return;
    }
    InetAddress host =
        transport.remoteAddress(channel).ipAddress().orElse(InetAddress.getLoopbackAddress());
    Optional<RefusalCause> cause = swarm.limiter().tryEstablish(Direction.OUTBOUND, peer, host);
    if (cause.isPresent()) {
      swarm.limiter().onRefused(cause.get());
      channel.close();
      dialer.onFailed(
          attempt,
          DialException.Kind.LOCAL_LIMIT,
          "this node is " + cause.get().describe(swarm.limiter().limitOf(cause.get())),
          null);
      return;
    }
    open(
        channel,
        transport,
        traffic,
        secured,
        Direction.OUTBOUND,
        attempt,
        swarm.time().nanoTime() - startNanos);
  }

  @Override
  public void open(
      Channel channel,
      Transport transport,
      TrafficCounter traffic,
      SecuredChannel secured,
      Direction direction,
      @Nullable DialAttempt attempt,
      long setUpNanos) {
    SwarmConnection connection = new SwarmConnection(
        ids.incrementAndGet(),
        swarm,
        this,
        channel,
        traffic,
        secured,
        direction,
        transport.localAddress(channel),
        transport.remoteAddress(channel),
        setUpNanos,
        attempt);
    LoopSweeper sweeper = sweepers.get(channel.eventLoop());
    if (sweeper != null) sweeper.add(connection);
    connection.start();
    if (attempt != null) attempt.onConnection(connection);
    if (connection.isOpen()) services.onUpgraded(connection);
  }

  // ---- from event loops ----------------------------------------------------------------------

  @Override
  public void onEstablished(SwarmConnection connection) {
    post(() -> register(connection));
  }

  @Override
  public void onClosed(SwarmConnection connection, CloseReason reason, boolean wasEstablished) {
    LoopSweeper sweeper = sweepers.get((EventLoop) connection.executor());
    if (sweeper != null) sweeper.remove(connection);
    swarm
        .limiter()
        .onClosed(connection.direction(), connection.remotePeer(), connection.remoteHost());
    services.onClosed(connection);
    closedBytesIn.add(connection.bytesIn());
    closedBytesOut.add(connection.bytesOut());
    post(() -> unregister(connection, reason));
  }

  @Override
  public void onHealth(SwarmConnection connection, LinkState from, LinkState to, String why) {
    post(() -> {
      if (connection.announced) {
        swarm.events().fire(l -> l.onHealthChanged(connection, from, to, why));
      }
    });
  }

  @Override
  public void onPingDue(SwarmConnection connection) {
    services.onPingDue(connection);
  }

  private void post(Runnable task) {
    if (!swarm.control().isShuttingDown()) swarm.control().execute(task);
  }

  // ---- net-control ---------------------------------------------------------------------------

  private void register(SwarmConnection connection) {
    DialAttempt attempt = connection.attempt();
    if (stopping) {
      connection.close(CloseReason.hostStopped());
      return;
    }
    if (attempt != null && !dialer.isWanted(attempt)) {
      connection.close(new CloseReason(Kind.DUPLICATE, "nobody waits for this dial any more"));
      return;
    }
    if (!connection.isOpen()) return;
    PeerId peer = connection.remotePeer();
    table.of(peer).forEach(SwarmConnection::doubt);
    table.add(connection);
    connection.announced = true;
    connection.setPeerProtected(protectedPeers.containsKey(peer));
    swarm.peers().onConnected(peer, Optional.ofNullable(attempt).map(DialAttempt::address));
    swarm.peers().pin(peer);
    reconnector.onConnected(peer);
    swarm.events().fire(l -> l.onConnected(connection));
    connection.executor().execute(connection::onAnnounced);
    dialer.onRegistered(connection);
    trim();
  }

  private void unregister(SwarmConnection connection, CloseReason reason) {
    PeerId peer = connection.remotePeer();
    if (connection.announced) {
      boolean last = table.remove(connection);
      swarm.peers().unpin(peer);
      swarm.events().fire(l -> l.onDisconnected(connection, reason));
      if (last) reconnector.onDisconnected(peer);
    } else if (connection.attempt() != null) {
      dialer.onClosedEarly(connection.attempt(), reason);
    }
    if (emptied != null && table.all().isEmpty()) emptied.complete(null);
  }

  private void upkeep() {
    for (PeerId peer : table.peersWithSeveral()) closeDuplicates(peer);
    trim();
  }

  private void closeDuplicates(PeerId peer) {
    List<SwarmConnection> open =
        table.of(peer).stream().filter(SwarmConnection::isOpen).toList();
    List<Link> links = open.stream().map(SwarmConnection::link).toList();
    long grace = swarm.config().timeouts().duplicateGrace().toNanos();
    List<Long> superfluous =
        ConnectionSelector.duplicates(links, swarm.self(), peer, swarm.time().nanoTime(), grace);
    for (SwarmConnection c : open) {
      if (!superfluous.contains(c.id())) continue;
      c.closeIfUnused(
          new CloseReason(Kind.DUPLICATE, "both sides had dialed; the other connection is kept"));
    }
  }

  private void trim() {
    Limits limits = swarm.config().limits();
    List<SwarmConnection> all = table.all();
    if (all.size() <= limits.highWatermark()) return;
    Timeouts timeouts = swarm.config().timeouts();
    List<SwarmConnection> open = all.stream().filter(SwarmConnection::isOpen).toList();
    List<Link> links = new ArrayList<>();
    for (SwarmConnection c : open) {
      links.add(c.link().withStanding(standing.of(c.remotePeer())));
    }
    List<Long> ids = ConnectionSelector.trim(
        links,
        limits.lowWatermark(),
        limits.highWatermark(),
        swarm.time().nanoTime(),
        timeouts.trimGrace().toNanos());
    for (SwarmConnection c : open) {
      if (!ids.contains(c.id())) continue;
      c.close(new CloseReason(
          Kind.TRIMMED,
          open.size() + " connections are more than the high watermark of "
              + limits.highWatermark()));
    }
  }

  /** Closes everything in good order; completes on net-control when all connections are gone. */
  CompletionStage<Void> stop(Duration grace) {
    stopping = true;
    swarm.limiter().onStopping();
    reconnector.stop();
    dialer.stop();
    CompletableFuture<Void> done = new CompletableFuture<>();
    emptied = done;
    List<SwarmConnection> all = table.all();
    if (all.isEmpty()) done.complete(null);
    for (SwarmConnection c : all) c.close(CloseReason.hostStopped(), grace);
    EventExecutor control = swarm.control();
    control.schedule(
        () -> table.all().forEach(c -> c.abort(CloseReason.hostStopped())),
        grace.plusMillis(200).toNanos(),
        TimeUnit.NANOSECONDS);
    control.schedule(
        () -> done.complete(null), grace.plusMillis(700).toNanos(), TimeUnit.NANOSECONDS);
    return done;
  }

  // ---- for any thread ------------------------------------------------------------------------

  void protect(PeerId peer, String tag) {
    protectedPeers.compute(peer, (p, tags) -> {
      Set<String> all = tags == null ? ConcurrentHashMap.newKeySet(1) : tags;
      all.add(tag);
      return all;
    });
    table.of(peer).forEach(c -> c.setPeerProtected(true));
  }

  void unprotect(PeerId peer, String tag) {
    Set<String> left = protectedPeers.computeIfPresent(peer, (p, tags) -> {
      tags.remove(tag);
      return tags.isEmpty() ? null : tags;
    });
    if (left == null) table.of(peer).forEach(c -> c.setPeerProtected(false));
  }

  ConnectionTable table() {
    return table;
  }

  Dialer dialer() {
    return dialer;
  }

  Reconnector reconnector() {
    return reconnector;
  }

  long closedBytesIn() {
    return closedBytesIn.sum();
  }

  long closedBytesOut() {
    return closedBytesOut.sum();
  }
}
