package org.openagi.p2p.network.overlay;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.ConnectionStats;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostListener;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayHost;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.node.OverlayNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an {@link OverlayNode} over a host. One thread, {@code overlay}, owns the node and everything here that is not said to be
 * another's; {@link #execute} and {@link #ask} bring work to it.
 *
 * <p>A peer becomes a neighbour when its record was accepted and it takes our stream, and is one as long as that connection
 * lasts. If there is another connection to it then, the link comes up anew over that one. If both sides had dialed, the streams
 * move to the connection that the host prefers, so that the other one can be closed.
 *
 * @see "docs/wire/overlay-1.0.md"
 */
public final class OverlayService implements AutoCloseable {
  /** Protocol id. */
  public static final String PROTOCOL = "/openagi/overlay/1.0.0";

  static final int VERSION = 1;

  /** The first frame of each stream. */
  static final int HELLO = 0x01;

  /** Streams that one connection may open: one for each channel, and as many while they are replaced. */
  static final int MAX_STREAMS = 4;

  /** The streams of a link with nothing else on its connection: two in each direction. */
  private static final int OWN_STREAMS = 4;

  private static final String KEEP_TAG = "overlay-view";

  /** How often connections are asked for their counters, while these change and while they don't. */
  private static final long SAMPLE_NANOS = 250_000_000L;

  private static final long QUIET_SAMPLE_NANOS = 1_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(OverlayService.class);

  /** A neighbour, or one that is about to be. */
  private final class Link {
    final Connection connection;
    final NodeType type;
    final Map<Channel, OutboundFrames> channels = new HashMap<>();
    boolean up;
    long sampledBytes;

    /** Opens its first stream over a connection that the host prefers, to take this one's place. */
    @Nullable
    Link successor;

    Link(Connection connection, NodeType type) {
      this.connection = connection;
      this.type = type;
    }

    OutboundFrames channel(Channel channel) {
      return channels.computeIfAbsent(channel, this::open);
    }

    private OutboundFrames open(Channel channel) {
      return OutboundFrames.open(host, connection, channel, new OutboundFrames.Listener() {
        @Override
        public void onOpened() {
          if (channel == Channel.CONTROL) execute(() -> onLinkOpened(Link.this));
        }

        @Override
        public void onEnded(String why) {
          execute(() -> onChannelEnded(Link.this, channel, why));
        }
      });
    }

    long waitingBytes() {
      return channels.values().stream().mapToLong(OutboundFrames::waitingBytes).sum();
    }

    int loadPermille() {
      return channels.values().stream()
          .mapToInt(OutboundFrames::loadPermille)
          .max()
          .orElse(0);
    }

    void close() {
      channels.values().forEach(OutboundFrames::close);
    }
  }

  private record Early(InboundFrames from, List<InboundFrames.Frame> frames, int credit) {}

  private final Host host;
  private final TimeSource time;
  private final Predicate<PeerId> protectedPeers;
  private final EventExecutor executor =
      new DefaultEventExecutor(new DefaultThreadFactory("overlay", true));
  private final Set<PeerId> dialing = ConcurrentHashMap.newKeySet();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder violations = new LongAdder();
  private final LongAdder skipped = new LongAdder();

  private final HostListener hostListener = new HostListener() {
    @Override
    public void onDisconnected(Connection connection, CloseReason reason) {
      execute(() -> OverlayService.this.onDisconnected(connection, reason));
    }
  };

  // The overlay thread's.
  private final OverlayNode node;
  private final Map<PeerId, Link> links = new HashMap<>();
  private final Map<Long, NodeType> types = new HashMap<>();
  private final Map<Long, Integer> streams = new HashMap<>();
  private final Map<Long, List<Early>> early = new HashMap<>();
  private @Nullable Future<?> timer;
  private long armedNanos = OverlayMachine.NEVER;
  private long sampleAtNanos;
  private boolean closed;

  /**
   * Serves the protocol on a host that has not started yet.
   *
   * @param protectedPeers whether a person or the configuration asked for a peer; for the overlay's thread
   * @param maker makes the node, given what it may ask for
   */
  public OverlayService(
      Host host,
      TimeSource time,
      Predicate<PeerId> protectedPeers,
      Function<OverlayHost, OverlayNode> maker) {
    this.host = host;
    this.time = time;
    this.protectedPeers = protectedPeers;
    this.sampleAtNanos = time.nanoTime();
    this.node = maker.apply(new Port());
    host.handleRaw(PROTOCOL, this::onStream);
    host.addListener(hostListener);
  }

  // ---- any thread ----------------------------------------------------------------------------

  /** Runs a task on the overlay's thread; dropped after the end. */
  public void execute(Runnable task) {
    try {
      executor.execute(() -> {
        if (closed) return;
        task.run();
        arm();
      });
    } catch (RejectedExecutionException ended) {
      LOG.atTrace().log("task after the overlay's end");
    }
  }

  /**
   * A peer turned up that could be a neighbour.
   *
   * @param known whether this node knows it by itself, and not because anybody announced it
   */
  public void onCandidate(PeerId peer, List<Multiaddr> addresses, boolean known) {
    execute(() -> {
      if (known) node.membership().onKnown(peer, addresses, time.nanoTime());
      else node.membership().onAnnounced(peer, addresses, time.nanoTime());
    });
  }

  /** Runs a task on the overlay's thread after a pause; dropped after the end. */
  public void executeLater(Duration pause, Runnable task) {
    try {
      executor.schedule(() -> execute(task), pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException ended) {
      LOG.atTrace().log("task after the overlay's end");
    }
  }

  /** Has the node do something on the overlay's thread; dropped after the end. */
  public void tell(Consumer<OverlayNode> what) {
    execute(() -> what.accept(node));
  }

  /**
   * Asks the node something.
   *
   * @return completes on the overlay's thread; exceptionally once it is closed
   */
  public <T> CompletableFuture<T> ask(Function<OverlayNode, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Runnable task = () -> {
      if (closed) {
        answer.completeExceptionally(new IllegalStateException("the node is stopped"));
        return;
      }
      try {
        answer.complete(question.apply(node));
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
      arm();
    };
    try {
      executor.execute(task);
    } catch (RejectedExecutionException ended) {
      answer.completeExceptionally(ended);
    }
    return answer;
  }

  /** The record of the peer at the other end of a connection was accepted. */
  public void onAccepted(Connection connection, NodeType type) {
    execute(() -> begin(connection, type));
  }

  /** Frames that were dropped because too much waited for a neighbour, or the link had gone. */
  public long dropped() {
    return dropped.sum();
  }

  /** Frames and streams of neighbours that broke a rule. */
  public long violations() {
    return violations.sum();
  }

  /** Frames of types that this version does not know and that may be skipped. */
  public long skipped() {
    return skipped.sum();
  }

  /** Whether a dial that failed was the overlay's; asked once for each. */
  public boolean takeDial(PeerId peer) {
    return dialing.remove(peer);
  }

  /** Lets go of all links and ends the thread; before the host is stopped. Blocks for a moment. */
  @Override
  public void close() {
    host.removeListener(hostListener);
    host.unhandle(PROTOCOL);
    try {
      executor.execute(() -> {
        node.leave();
        closed = true;
        disarm();
        links.values().forEach(Link::close);
        links.clear();
        early.clear();
      });
    } catch (RejectedExecutionException closedBefore) {
      return;
    }
    executor.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  // ---- from event loops ----------------------------------------------------------------------

  private void onStream(Connection connection, MuxedStream stream) {
    InboundFrames made = new InboundFrames(this, connection, stream);
    stream.setListener(made);
    execute(() -> {
      if (!connection.isOpen()) return; // its streams end with it, and nobody would forget them
      if (streams.merge(connection.id(), 1, Integer::sum) <= MAX_STREAMS) return;
      made.reset();
      onViolation(
          made, WireReader.violation("more than " + MAX_STREAMS + " streams of the overlay"));
    });
  }

  /** A stream of a peer has ended. */
  void onStreamEnded(InboundFrames from) {
    execute(() -> streams.computeIfPresent(
        from.connection().id(), (id, count) -> count > 1 ? count - 1 : null));
  }

  /** A batch arrived; is to be answered by {@link InboundFrames#handled}. */
  void onFrames(InboundFrames from, List<InboundFrames.Frame> frames, int credit) {
    execute(() -> take(from, frames, credit));
  }

  /** A peer broke a rule. Any thread. */
  void onViolation(InboundFrames from, ProtocolViolationException cause) {
    violations.increment();
    LOG.atDebug()
        .addKeyValue("peer", from.peer().shortString())
        .addKeyValue("connection", from.connection().id())
        .addKeyValue("cause", cause.getMessage())
        .log("overlay protocol violated");
    execute(() -> node.onViolation(from.peer(), cause, time.nanoTime()));
  }

  void onLoop(Connection connection, Runnable task) {
    EventExecutor loop = connection.executor();
    if (loop.inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException loopEnded) {
      LOG.atTrace().log("the connection's event loop has ended, and its streams with it");
    }
  }

  // ---- the overlay's thread ------------------------------------------------------------------

  private void begin(Connection connection, NodeType type) {
    PeerId peer = connection.remotePeer();
    if (!connection.isOpen()) return;
    types.put(connection.id(), type);
    if (links.containsKey(peer)) return;
    Link link = new Link(connection, type);
    links.put(peer, link);
    link.channel(Channel.CONTROL);
  }

  private void onLinkOpened(Link link) {
    PeerId peer = link.connection.remotePeer();
    Link present = links.get(peer);
    if (present != null && present.successor == link) {
      replace(present, link);
      return;
    }
    if (present != link || link.up) return;
    link.up = true;
    link.connection.setPatience(node.health().patience());
    boolean dialed = link.connection.direction() == Direction.OUTBOUND;
    Optional<Multiaddr> address = Optional.of(link.connection.remoteAddress());
    node.onLinkUp(new OverlayLink(peer, dialed, address, link.type), time.nanoTime());
    List<Early> waited = early.remove(link.connection.id());
    if (waited != null) waited.forEach(each -> take(each.from, each.frames, each.credit));
  }

  /** The host prefers another connection to a neighbour: opens a stream there, and moves once it is open. */
  private void follow(Link link) {
    List<Connection> connections = host.connections(link.connection.remotePeer());
    if (connections.size() < 2 || link.successor != null) return;
    Connection preferred = connections.getFirst();
    NodeType type = types.get(preferred.id());
    if (preferred.id() == link.connection.id() || type == null) return;
    link.successor = new Link(preferred, type);
    link.successor.channel(Channel.CONTROL);
  }

  /** For the machines it is the same link; frames on their way over the old connection still count. */
  private void replace(Link old, Link successor) {
    links.put(old.connection.remotePeer(), successor);
    successor.up = true;
    successor.sampledBytes = old.sampledBytes;
    old.successor = null;
    old.connection.setPatience(Duration.ZERO);
    successor.connection.setPatience(node.health().patience());
    old.close();
  }

  private void onChannelEnded(Link link, Channel channel, String why) {
    PeerId peer = link.connection.remotePeer();
    Link present = links.get(peer);
    if (present != null && present.successor == link) present.successor = null;
    if (present != link) return;
    LOG.atDebug()
        .addKeyValue("peer", peer.shortString())
        .addKeyValue("channel", channel)
        .addKeyValue("cause", why)
        .log("stream of the overlay ended");
    if (channel == Channel.CONTROL) drop(link, LinkLoss.CLOSED);
    else link.channels.remove(channel);
  }

  private void onDisconnected(Connection connection, CloseReason reason) {
    PeerId peer = connection.remotePeer();
    types.remove(connection.id());
    streams.remove(connection.id());
    early.remove(connection.id());
    Link link = links.get(peer);
    if (link == null || link.connection != connection) return;
    if (link.successor != null) link.successor.close(); // it comes up anew below
    drop(link, lossOf(reason.kind()));
    for (Connection other : host.connections(peer)) {
      NodeType type = types.get(other.id());
      if (type != null) begin(other, type);
    }
  }

  private void drop(Link link, LinkLoss why) {
    PeerId peer = link.connection.remotePeer();
    links.remove(peer, link);
    link.connection.setPatience(Duration.ZERO);
    link.close();
    if (link.up) node.onLinkDown(peer, why, time.nanoTime());
  }

  private static LinkLoss lossOf(CloseReason.Kind kind) {
    return switch (kind) {
      case CONNECTION_LOST -> LinkLoss.BROKEN;
      case UNRESPONSIVE -> LinkLoss.SILENT;
      default -> LinkLoss.CLOSED;
    };
  }

  /**
   * A peer may speak before its record was accepted here, or before our stream is open: then its frames wait, and its stream
   * with them, so that what waits is bounded by receive windows.
   */
  private void take(InboundFrames from, List<InboundFrames.Frame> frames, int credit) {
    Link link = links.get(from.peer());
    if (link == null || !link.up) {
      if (!from.connection().isOpen()) return;
      early
          .computeIfAbsent(from.connection().id(), id -> new ArrayList<>())
          .add(new Early(from, frames, credit));
      return;
    }
    try {
      for (InboundFrames.Frame frame : frames) {
        boolean known = node.onFrame(from.peer(), frame.type(), frame.body(), time.nanoTime());
        if (!known) skipped.increment();
      }
    } catch (ProtocolViolationException e) {
      onViolation(from, e);
    }
    from.handled(credit);
  }

  /** Feeds what the connections count; sooner again if something moved. */
  private void sample() {
    long now = time.nanoTime();
    boolean moved = false;
    for (Link link : links.values()) {
      if (!link.up) continue;
      moved |= sample(link, now);
      follow(link);
    }
    sampleAtNanos = now + (moved ? SAMPLE_NANOS : QUIET_SAMPLE_NANOS);
  }

  private boolean sample(Link link, long now) {
    PeerId peer = link.connection.remotePeer();
    long in = 0;
    long out = 0;
    for (Connection each : host.connections(peer)) {
      ConnectionStats stats = each.stats();
      in += stats.bytesIn();
      out += stats.bytesOut();
    }
    node.onTraffic(peer, in, out, link.waitingBytes(), now);
    boolean moved = in + out != link.sampledBytes;
    link.sampledBytes = in + out;
    return moved;
  }

  private void arm() {
    if (closed) return;
    long due = node.nextDeadlineNanos();
    if (!links.isEmpty()) due = Math.min(due, sampleAtNanos);
    if (timer != null && due == armedNanos) return;
    disarm();
    if (due == OverlayMachine.NEVER) return;
    armedNanos = due;
    long delay = Math.max(0, due - time.nanoTime());
    timer = executor.schedule(this::onTimer, delay, TimeUnit.NANOSECONDS);
  }

  private void onTimer() {
    timer = null;
    if (closed) return;
    long now = time.nanoTime();
    if (now - sampleAtNanos >= 0) sample();
    node.onTimer(now);
    arm();
  }

  private void disarm() {
    Future<?> old = timer;
    timer = null;
    if (old != null) old.cancel(false);
  }

  /** What the node may ask for. On the overlay's thread. */
  private final class Port implements OverlayHost {
    @Override
    public boolean send(PeerId to, OverlayFrame frame) {
      Link link = links.get(to);
      boolean queued = link != null
          && link.up
          && link.channel(Channel.ofFrame(frame.type())).offer(frame.encode());
      if (!queued) dropped.increment();
      return queued;
    }

    @Override
    public void dial(PeerId peer, List<Multiaddr> addresses) {
      dialing.add(peer);
      host.connect(peer, addresses).whenComplete((connection, failure) -> {
        if (failure == null) dialing.remove(peer);
        else execute(() -> node.onDialFailed(peer, time.nanoTime()));
      });
    }

    @Override
    public void disconnect(PeerId peer, Cut cut, String why) {
      CloseReason.Kind kind =
          cut == Cut.HOSTILE ? CloseReason.Kind.PROTOCOL_VIOLATION : CloseReason.Kind.UNRESPONSIVE;
      CloseReason reason = new CloseReason(kind, why);
      for (Connection each : host.connections(peer)) {
        if (cut == Cut.DEAD) each.abort(reason);
        else each.close(reason);
      }
    }

    @Override
    public void release(PeerId peer, String why) {
      for (Connection each : host.connections(peer)) {
        if (!each.isProtected() && each.stats().openStreams() <= OWN_STREAMS) {
          each.close(new CloseReason(CloseReason.Kind.TRIMMED, why));
        }
      }
    }

    @Override
    public void keep(PeerId peer, boolean wanted) {
      if (wanted) host.protect(peer, KEEP_TAG);
      else host.unprotect(peer, KEEP_TAG);
    }

    @Override
    public boolean isProtected(PeerId peer) {
      return protectedPeers.test(peer);
    }

    @Override
    public List<Multiaddr> addresses() {
      return host.listenAddresses();
    }

    @Override
    public void doubt(PeerId peer) {
      host.ping(peer).whenComplete((rtt, failure) -> {
        if (failure == null) {
          execute(() -> node.onRtt(peer, rtt.toNanos(), time.nanoTime()));
        }
      });
    }

    @Override
    public int loadPermille() {
      return links.values().stream().mapToInt(Link::loadPermille).max().orElse(0);
    }
  }
}
