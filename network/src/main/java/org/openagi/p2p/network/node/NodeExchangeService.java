package org.openagi.p2p.network.node;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.record.NodeRecord;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostListener;
import org.openagi.p2p.net.RawStream;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.protocols.identify.IdentifyMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the exchange once on every connection whose peer speaks it, and closes connections on which
 * one side refused the other's record. Safe for any thread. Each exchange has a virtual thread.
 *
 * @see "docs/wire/node-exchange.md"
 */
public final class NodeExchangeService implements HostListener {
  /** Protocol id. */
  public static final String PROTOCOL = "/openagi/node/1.0.0";

  /** Three small messages; a peer that takes longer does not want to be known. */
  static final Duration DEADLINE = Duration.ofSeconds(10);

  /** How long the dialed side leaves the closing to the dialer, so that its verdict arrives. */
  static final Duration CLOSING_GRACE = Duration.ofSeconds(2);

  /** Each checks a signature, about 50 µs, and may touch the disk. */
  static final int EXCHANGES_SERVED_MAX = 256;

  private static final Logger LOG = LoggerFactory.getLogger(NodeExchangeService.class);

  /** Decides about records, and hears how exchanges ended. Called on virtual threads. */
  public interface Listener {
    /**
     * Whether the peer's record is believed.
     *
     * @param record signed by the peer with the key that the connection proved
     */
    Judgement judge(Connection connection, NodeRecord record);

    /** Both sides accepted; the record is the peer's. */
    void onAccepted(Connection connection, NodeRecord record);

    /** We refused the peer, whose record could be read or not; the connection is being closed. */
    void onRefused(Connection connection, Optional<NodeRecord> record, Judgement judgement);

    /** The peer refused us; the connection is being closed. */
    void onRefusedByPeer(Connection connection, Judgement judgement);
  }

  private final Host host;
  private final ScheduledExecutorService timer;
  private final Bytes ownRecord;
  private final Listener listener;
  private final Duration deadline;
  private final Semaphore serving = new Semaphore(EXCHANGES_SERVED_MAX);
  private final LongAdder failed = new LongAdder();

  /** Ids of open connections on which an exchange has begun. */
  private final Set<Long> begun = ConcurrentHashMap.newKeySet();

  /**
   * @param timer for deadlines; the caller ends it
   * @param ownRecord this node's record in its envelope
   */
  public NodeExchangeService(
      Host host, ScheduledExecutorService timer, Bytes ownRecord, Listener listener) {
    this(host, timer, ownRecord, listener, DEADLINE);
  }

  NodeExchangeService(
      Host host,
      ScheduledExecutorService timer,
      Bytes ownRecord,
      Listener listener,
      Duration deadline) {
    this.host = host;
    this.timer = timer;
    this.ownRecord = ownRecord;
    this.listener = listener;
    this.deadline = deadline;
  }

  /** Begins to serve and to ask; before the host starts. */
  public void start() {
    host.handleRaw(PROTOCOL, this::onStream);
    host.addListener(this);
  }

  /** Exchanges that came to no verdicts since the start, whatever the cause. */
  public long failed() {
    return failed.sum();
  }

  @Override
  public void onIdentified(Connection connection, IdentifyMessage message) {
    if (connection.direction() != Direction.OUTBOUND) return;
    if (!message.protocols().contains(PROTOCOL) || !begin(connection)) return;
    host.newRawStream(connection, PROTOCOL).whenComplete((stream, failure) -> {
      if (failure == null) run(connection, attach(stream), Role.DIALER);
      else onFailed(connection, failure);
    });
  }

  @Override
  public void onDisconnected(Connection connection, CloseReason reason) {
    begun.remove(connection.id());
  }

  /** Once for each connection; the second look keeps the id of one that just ended from staying. */
  private boolean begin(Connection connection) {
    boolean first = begun.add(connection.id());
    if (!connection.isOpen()) begun.remove(connection.id());
    return first;
  }

  private enum Role {
    DIALER,
    LISTENER
  }

  private void onStream(Connection connection, MuxedStream muxed) {
    P2PStream stream = attach(new RawStream(connection, muxed, PROTOCOL));
    boolean wanted = connection.direction() == Direction.INBOUND && begin(connection);
    if (wanted && serving.tryAcquire()) {
      run(connection, stream, Role.LISTENER);
    } else {
      stream.reset();
      failed.increment();
    }
  }

  private static P2PStream attach(RawStream raw) {
    return P2PStream.attach(
        raw.stream(),
        raw.connection().remotePeer(),
        raw.protocol(),
        raw.connection().id());
  }

  private void run(Connection connection, P2PStream stream, Role role) {
    Thread.ofVirtual().name("p2p-node-exchange").start(() -> exchange(connection, stream, role));
  }

  private void exchange(Connection connection, P2PStream stream, Role role) {
    Future<?> limit = timer.schedule(stream::reset, deadline.toMillis(), TimeUnit.MILLISECONDS);
    AtomicReference<Optional<NodeRecord>> record = new AtomicReference<>(Optional.empty());
    try {
      NodeExchange exchange = new NodeExchange(stream.input(), stream.output());
      NodeExchange.Outcome outcome = role == Role.DIALER
          ? exchange.asDialer(ownRecord, envelope -> judge(connection, envelope, record))
          : exchange.asListener(ownRecord, envelope -> judge(connection, envelope, record));
      stream.close();
      conclude(connection, outcome, record.get(), role);
    } catch (IOException e) {
      stream.reset();
      onFailed(connection, e);
    } catch (ProtocolViolationException e) {
      stream.reset();
      failed.increment();
      connection.close(
          new CloseReason(CloseReason.Kind.PROTOCOL_VIOLATION, String.valueOf(e.getMessage())));
    } finally {
      limit.cancel(false);
      if (role == Role.LISTENER) serving.release();
    }
  }

  private Judgement judge(
      Connection connection, Bytes envelope, AtomicReference<Optional<NodeRecord>> opened) {
    try {
      NodeRecord record = NodeRecord.open(envelope);
      opened.set(Optional.of(record));
      if (!record.peerId().equals(connection.remotePeer()))
        return new Judgement(
            Verdict.RECORD_INVALID, "the record is that of " + record.peerId() + ", not yours");
      return listener.judge(connection, record);
    } catch (ProtocolViolationException e) {
      return new Judgement(Verdict.RECORD_INVALID, String.valueOf(e.getMessage()));
    }
  }

  private void conclude(
      Connection connection, NodeExchange.Outcome outcome, Optional<NodeRecord> record, Role role) {
    Judgement ours = outcome.ours();
    Judgement theirs = outcome.theirs();
    if (!ours.verdict().keepsConnection()) {
      listener.onRefused(connection, record, ours);
      close(connection, CloseReason.Kind.REFUSED_LOCALLY, ours, role);
    } else if (!theirs.verdict().keepsConnection()) {
      listener.onRefusedByPeer(connection, theirs);
      close(connection, CloseReason.Kind.REFUSED_BY_REMOTE, theirs, role);
    } else if (ours.verdict() == Verdict.ACCEPTED) {
      record.ifPresent(accepted -> listener.onAccepted(connection, accepted));
    }
  }

  private void close(Connection connection, CloseReason.Kind kind, Judgement judgement, Role role) {
    CloseReason reason = new CloseReason(kind, judgement.verdict() + ": " + judgement.reason());
    if (role == Role.DIALER) {
      connection.close(reason);
    } else {
      timer.schedule(
          () -> connection.close(reason), CLOSING_GRACE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** The peer stays connected without a name; whoever wants one has the peer's id in the log. */
  private void onFailed(Connection connection, Throwable failure) {
    failed.increment();
    LOG.atDebug()
        .addKeyValue("peer", connection.remotePeer().shortString())
        .addKeyValue("connection", connection.id())
        .addKeyValue("cause", failure.toString())
        .log("node exchange failed");
  }
}
