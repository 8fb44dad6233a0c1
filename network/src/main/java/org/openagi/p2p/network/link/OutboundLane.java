package org.openagi.p2p.network.link;

import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.codec.WireLimits;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.outbox.SendLaneListener;
import org.openagi.p2p.messaging.outbox.SendStats;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.RawStream;
import org.openagi.p2p.net.StreamException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane to one peer: its engine, its stream, and the way from one stream to the next. Confined to the
 * peer's home executor.
 */
final class OutboundLane implements SendLaneListener {
  private static final Logger LOG = LoggerFactory.getLogger(OutboundLane.class);

  private static final Outcome.Kept KEPT =
      new Outcome.Kept("node is shutting down; it keeps the message for its next start");

  private enum Phase {
    CLOSED,
    OPENING,
    OPEN
  }

  private final PeerOutbox outbox;
  private final Lane lane;
  private final SendLane engine;
  private final SettledQueue settled;
  private Phase phase = Phase.CLOSED;
  private @Nullable OutboundStream stream;
  private @Nullable OutboundBond bond;
  private long attempt;
  private long retryAtNanos;
  private boolean pausing;
  private int failures;
  private int reportedCode;
  private long acknowledgedAtReport;
  private volatile SendStats lastStats = SendStats.ZERO;

  OutboundLane(PeerOutbox outbox, Lane lane, OutboxLog<OutboxEntry> log) {
    this.outbox = outbox;
    this.lane = lane;
    this.settled = new SettledQueue(outbox.quotaOf(lane), outbox::onTold);
    MessageService service = outbox.service();
    this.engine = new SendLane(
        service.config().send(),
        service.self(),
        outbox.peer(),
        lane,
        log,
        outbox.quotaOf(lane),
        service.crypto().signer(outbox.peer().hashCode() + lane.number(), outbox::home),
        this,
        service.time());
  }

  Lane lane() {
    return lane;
  }

  /** The lane itself, for another way than its stream. */
  SendLane engine() {
    return engine;
  }

  /** Sends what can be sent, opens a stream if there is a connection and something to send. */
  void run(@Nullable Connection connection) {
    engine.pump();
    if (bond != null) bond.sync();
    if (phase == Phase.CLOSED && connection != null && !engine.isIdle() && !isPausing()) {
      if (outbox.isBonded()) openBond();
      else open(connection);
    }
    lastStats = engine.stats();
  }

  private boolean isPausing() {
    if (pausing && outbox.nanoTime() >= retryAtNanos) pausing = false;
    return pausing;
  }

  private void open(Connection connection) {
    phase = Phase.OPENING;
    long mine = ++attempt;
    outbox
        .service()
        .host()
        .newRawStream(connection, WireLimits.PROTOCOL_ID)
        .whenComplete((opened, failure) -> {
          if (opened != null) onOpened(mine, opened);
          else outbox.execute(() -> onOpenFailed(mine, failure));
        });
  }

  /** On the connection's executor, which is the home unless the peer has moved on meanwhile. */
  private void onOpened(long mine, RawStream opened) {
    if (!outbox.isAtHome() || mine != attempt || phase != Phase.OPENING) {
      opened.stream().reset();
      return;
    }
    StreamLink base = new StreamLink(opened.stream());
    OutboundStream made = new OutboundStream(this, engine, base);
    opened.stream().setListener(made);
    attach(made, base);
  }

  private void attach(OutboundStream made, PeerLink base) {
    phase = Phase.OPEN;
    stream = made;
    PacedLink link = new PacedLink(
        base, outbox.service().pace(), outbox.pace(), lane, outbox.home(), made::onWritable);
    made.setLink(link);
    engine.attach(link, outbox.resources());
    outbox.arm();
  }

  private void openBond() {
    phase = Phase.OPENING;
    attempt++;
    OutboundBond made = new OutboundBond(this, outbox, outbox.service().newBondId());
    bond = made;
    made.sync();
  }

  /** The first path of the bond is there. */
  void onBondOpened(OutboundBond which) {
    if (bond != which) return;
    OutboundStream made = new OutboundStream(this, engine, which.stream());
    which.setEvents(made);
    attach(made, which.stream());
  }

  /** There is no first path. */
  void onBondFailed(OutboundBond which, @Nullable Throwable cause) {
    if (bond != which) return;
    bond = null;
    phase = Phase.CLOSED;
    if (unsupported(cause) != null) outbox.onBondRefused();
    else pause(String.valueOf(cause));
  }

  private void onOpenFailed(long mine, @Nullable Throwable failure) {
    if (mine != attempt || phase != Phase.OPENING) return;
    phase = Phase.CLOSED;
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
    StreamException unsupported = unsupported(cause);
    if (unsupported == null) pause(String.valueOf(cause));
    else refuseAll(RefusalReason.NO_PROTOCOL, String.valueOf(unsupported.getMessage()));
  }

  private static @Nullable StreamException unsupported(@Nullable Throwable cause) {
    boolean unsupported =
        cause instanceof StreamException e && e.kind() == StreamException.Kind.UNSUPPORTED_PROTOCOL;
    return unsupported ? (StreamException) cause : null;
  }

  /** The stream ended without being asked to. */
  void onStreamLost(OutboundStream which, String why) {
    if (stream != which) return;
    leave(which);
    pause(why);
  }

  void onViolation(OutboundStream which, ProtocolViolationException cause) {
    if (stream != which) return;
    leave(which);
    outbox.onViolation(cause);
    pause(String.valueOf(cause.getMessage()));
  }

  private void leave(OutboundStream which) {
    which.abandon();
    stream = null;
    bond = null;
    phase = Phase.CLOSED;
    attempt++;
    engine.detach();
  }

  private void pause(String why) {
    var send = outbox.service().config().send();
    long pause =
        Math.min(send.retryMax().toNanos(), send.retryMin().toNanos() << Math.min(failures, 20));
    failures++;
    pausing = true;
    retryAtNanos = outbox.nanoTime() + Jitter.of(pause);
    LOG.atDebug()
        .addKeyValue("peer", outbox.peer().shortString())
        .addKeyValue("lane", lane)
        .addKeyValue("why", why)
        .addKeyValue("pauseMillis", pause / 1_000_000)
        .log("message stream ended");
    outbox.wake();
  }

  /** The connection is gone or another one is used: the next stream may be opened at once. */
  void detach() {
    OutboundStream old = stream;
    if (old != null) leave(old);
    if (bond != null) bond.close();
    bond = null;
    phase = Phase.CLOSED;
    attempt++;
    pausing = false;
    failures = 0;
  }

  void refuseAll(RefusalReason reason, String detail) {
    engine.refuseAll(new Outcome.Refused(reason, detail));
  }

  /** Ends what is left: for good, or for this process if the next one can go on with it. */
  void close() {
    Outcome.Refused closed = new Outcome.Refused(RefusalReason.CLOSED, "node is shutting down");
    if (outbox.service().store().isDurable()) engine.leaveAll(KEPT, closed);
    else engine.refuseAll(closed);
  }

  /** The service closes: what was written still goes out. */
  void finish() {
    OutboundStream old = stream;
    engine.detach();
    stream = null;
    phase = Phase.CLOSED;
    attempt++;
    if (old != null) old.finish();
    else if (bond != null) bond.close();
    bond = null;
  }

  /** The peer is not connected. */
  void onDisconnected() {
    engine.onDisconnected();
  }

  /** Gives one message up. Returns false if it does not wait here. */
  boolean giveUp(long number, Outcome.Refused reason) {
    return engine.giveUp(number, reason);
  }

  /** As {@link SendLane#carry}. */
  List<OutboxEntry> carry(long maxBytes) {
    return engine.carry(maxBytes);
  }

  void onEngineMoved() {
    failures = 0;
    lastStats = engine.stats();
    outbox.arm();
  }

  void onTimer(long nowNanos) {
    if (nowNanos >= engine.nextDeadlineNanos()) engine.onTimer();
    if (bond != null) bond.onTimer();
  }

  long nextDeadlineNanos() {
    long next = engine.nextDeadlineNanos();
    if (bond != null) next = Math.min(next, bond.nextDeadlineNanos());
    return pausing ? Math.min(next, retryAtNanos) : next;
  }

  boolean isIdle() {
    return engine.isIdle();
  }

  /** As of the last run, for any thread. */
  SendStats stats() {
    return lastStats;
  }

  @Override
  public void onSettled(List<OutboxEntry> entries) {
    settled.add(entries);
  }

  @Override
  public void onRefused(Refuse refuse) {
    OutboundStream old = stream;
    if (old != null) leave(old);
    switch (refuse.code()) {
      case Refuse.UNSUPPORTED_VERSION, Refuse.BAD_LANE ->
        refuseAll(RefusalReason.NO_PROTOCOL, "peer refused: " + refuse.text());
      default -> {
        report(refuse);
        pause("refused with code " + refuse.code() + ": " + refuse.text());
      }
    }
  }

  /** Tells of a peer that refuses again and again once, until it has acknowledged something. */
  private void report(Refuse refuse) {
    if (refuse.code() == Refuse.GOING_AWAY) return;
    long acknowledged = engine.stats().messagesAcknowledged();
    if (refuse.code() == reportedCode && acknowledged == acknowledgedAtReport) return;
    reportedCode = refuse.code();
    acknowledgedAtReport = acknowledged;
    outbox.service().faults().onStreamRefused(outbox.peer(), lane, refuse.text());
  }
}
