package org.openagi.p2p.messaging.outbox;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.bundle.Signer;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.messaging.codec.HelloAck;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.codec.SealText;

/**
 * Sends the messages of one lane to one peer, over one stream at a time, and settles them.
 *
 * <p>Pure state machine, confined to the peer's executor. Inputs: {@link #attach} and {@link #detach} a
 * stream, {@link #onBytes} and {@link #onWritable} from it, {@link #pump} when something was appended to
 * the log, {@link #onTimer} at {@link #nextDeadlineNanos}. Without a stream messages wait and expire.
 *
 * <p>Its parts: {@link Intake} takes messages from the log, {@link SendStream} sends them, {@link Bypass} gives them to
 * other ways, {@link Settlement} ends them. Invariants: {@code log.firstUnsettled() <= intake.end() <= appended}; a number
 * is settled exactly once.
 *
 * @see "docs/wire/message-1.0.md, sections 1, 2, 4.2"
 */
public final class SendLane implements FrameAssembler.Sink {
  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  private final SendConfig config;
  private final PeerId recipient;
  private final Lane lane;
  private final OutboxLog<OutboxEntry> log;
  private final Signer signer;
  private final SendLaneListener listener;
  private final SealText sealText;

  private final SendCounters counters = new SendCounters();
  private final Intake intake;
  private final Settlement settlement;
  private final Bypass bypass;
  private FrameAssembler assembler = new FrameAssembler(this);
  private @Nullable SendStream stream;
  private long sentBefore;
  private String lastRefusal = "";

  /** A lane without a stream. */
  public SendLane(
      SendConfig config,
      PeerId self,
      PeerId recipient,
      Lane lane,
      OutboxLog<OutboxEntry> log,
      OutboxQuota quota,
      Signer signer,
      SendLaneListener listener,
      TimeSource time) {
    this.config = config;
    this.recipient = recipient;
    this.lane = lane;
    this.log = log;
    this.signer = signer;
    this.listener = listener;
    this.sealText = new SealText(self, recipient, lane, log.epoch());
    this.intake = new Intake(log, config, time);
    this.settlement = new Settlement(recipient, log, quota, listener, intake, counters);
    this.bypass = new Bypass(log, intake, counters);
    this.sentBefore = log.recoveredEnd();
  }

  // ---- its stream ----

  /**
   * Starts to send over a stream; a stream attached before is forgotten.
   *
   * @param shared what the lanes of the stream's executor share
   */
  public void attach(PeerLink link, SendResources shared) {
    detach();
    assembler = new FrameAssembler(this);
    SendStream made = new SendStream(
        config,
        log,
        intake,
        settlement,
        sealText,
        signer,
        this::pump,
        counters,
        link,
        shared,
        sentEnd());
    stream = made;
    made.greet(lane.number());
    pump();
    link.flush();
  }

  /** The stream is gone. What was not settled will be sent over the next one. */
  public void detach() {
    SendStream before = stream;
    if (before == null) return;
    sentBefore = before.sentEnd();
    before.end();
    stream = null;
  }

  /** One more than the highest number that may have reached the recipient. */
  private long sentEnd() {
    SendStream current = stream;
    return Math.max(bypass.sentEnd(), current == null ? sentBefore : current.sentEnd());
  }

  /** Whether there is a stream. */
  public boolean isAttached() {
    return stream != null;
  }

  /**
   * Bytes from the recipient. Borrows the buffer and gives back the credit.
   *
   * @throws ProtocolViolationException if they break a rule; the lane has detached, the caller ends the
   *     stream or the connection
   */
  public void onBytes(ByteBuf in) throws ProtocolViolationException {
    SendStream from = stream;
    if (from == null) return;
    int length = in.readableBytes();
    try {
      assembler.onBytes(in);
    } catch (ProtocolViolationException e) {
      detach();
      throw e;
    }
    from.link().consumed(length);
    pump();
  }

  @Override
  public boolean onFrame(int type, byte[] body) throws ProtocolViolationException {
    SendStream from = stream;
    if (from == null) return false;
    if (!from.isGreeted() && type != FrameType.HELLO_ACK && type != FrameType.REFUSE) {
      throw violation("frame of type " + type + " before HELLO_ACK");
    }
    switch (type) {
      case FrameType.HELLO_ACK -> onHelloAck(from, HelloAck.decode(body));
      case FrameType.ACK -> onAck(from, Ack.decode(body));
      case FrameType.REFUSE -> {
        Refuse refuse = Refuse.decode(body);
        lastRefusal = refuse.text();
        detach();
        listener.onRefused(refuse);
        return false;
      }
      default -> {
        if (!FrameType.isSkippable(type)) throw violation("frame of unknown type " + type);
      }
    }
    return true;
  }

  private void onHelloAck(SendStream from, HelloAck hello) throws ProtocolViolationException {
    if (from.isGreeted()) throw violation("second HELLO_ACK");
    lastRefusal = "";
    from.onGreeted(hello);
    onAck(from, hello.ack());
    from.goOn(hello);
  }

  private void onAck(SendStream from, Ack ack) throws ProtocolViolationException {
    if (ack.settled() >= sentEnd()) {
      throw violation("acknowledges " + ack.settled() + ", sent up to " + (sentEnd() - 1));
    }
    from.onAcknowledged(ack.settled());
    intake.readClock();
    settlement.settle(ack);
  }

  /** There is room on the stream again. */
  public void onWritable() {
    pump();
  }

  /** Takes what was appended to the log and sends what can be sent. */
  public void pump() {
    if (log.hasRefused()) settlement.refuseUnkept();
    SendStream to = stream;
    if (to == null ? !intake.hasMore() : !to.hasWork()) return;
    intake.readClock();
    if (to != null) to.send();
    intake.takeAll();
  }

  // ---- time and ends ----

  /** Does what is due: seals, expires. */
  public void onTimer() {
    intake.readClock();
    if (intake.nowNanos() >= intake.earliestDeadlineNanos()) expire();
    pump();
  }

  /** When {@link #onTimer} must be called at the latest. */
  public long nextDeadlineNanos() {
    SendStream to = stream;
    long expiry = intake.earliestDeadlineNanos();
    return to == null ? expiry : Math.min(expiry, to.sealDueNanos());
  }

  private void expire() {
    intake.forgetDeadlines();
    settlement.endSome(entry -> {
      if (entry.deadlineNanos() <= intake.nowNanos()) {
        return new Outcome.Expired(expiryReason(entry));
      }
      intake.onDeadline(entry.deadlineNanos());
      return null;
    });
  }

  private String expiryReason(OutboxEntry entry) {
    if (!lastRefusal.isEmpty()) {
      return "refused by " + recipient.shortString() + " for the time being: " + lastRefusal;
    }
    if (bypass.wasCarried(entry)) {
      return "put into a file for " + recipient.shortString()
          + ", which has not acknowledged it over a connection in time; it may have arrived";
    }
    if (stream == null && bypass.wasRouted(entry)) {
      return "sent through other nodes, and no receipt of " + recipient.shortString()
          + " came back in time; it may have arrived";
    }
    if (entry.wasSent()) return "sent, not acknowledged by " + recipient.shortString() + " in time";
    return stream == null
        ? recipient.shortString() + " was not connected in time"
        : "connection to " + recipient.shortString() + " had no room in time";
  }

  /** The peer is not connected any more: ends what was to be delivered only while it is. */
  public void onDisconnected() {
    lookAtLog();
    if (!intake.pollHoldsTied()) return;
    settlement.endSome(entry -> {
      if (!entry.isTied()) return null;
      return entry.wasSent()
          ? new Outcome.Expired(
              "sent, and the connection to " + recipient.shortString() + " lost before it answered")
          : new Outcome.Refused(
              RefusalReason.NOT_CONNECTED,
              recipient.shortString() + " ceased to be connected before the message was sent");
    });
  }

  /** Gives one message up. Returns false if it does not wait here. */
  public boolean giveUp(long number, Outcome.Refused reason) {
    lookAtLog();
    return settlement.endSome(entry -> entry.number() == number ? reason : null) > 0;
  }

  /** Refuses everything that is not settled, for good. */
  public void refuseAll(Outcome.Refused reason) {
    endAll(reason, null);
  }

  /**
   * Leaves everything in the log to be sent by the next process, but for what was to be delivered only on a connection of
   * this one. The lane sends nothing after this.
   *
   * @param tied the end of the latter
   */
  public void leaveAll(Outcome.Kept kept, Outcome.Refused tied) {
    detach();
    endAll(tied, kept);
  }

  private void endAll(Outcome.Refused reason, Outcome.@Nullable Kept kept) {
    if (log.hasRefused()) settlement.refuseUnkept();
    lookAtLog();
    intake.forgetDeadlines();
    settlement.endAll(reason, kept);
  }

  // ---- other ways than its stream ----

  /**
   * The messages from the lowest number on, to be carried to the recipient another way: from now on it may acknowledge
   * them. At least one, if there is one; more while their payloads have less than so many bytes.
   */
  public List<OutboxEntry> carry(long maxBytes) {
    lookAtLog();
    return bypass.carry(maxBytes);
  }

  /**
   * The messages from a number on, or from the lowest if that is higher, to be sent another way than over this lane's
   * stream, in parcels: from now on the recipient may acknowledge them. Cheap if each call goes on where the one before ended.
   *
   * @param maxMessages how many at most
   * @param maxBytes at least one, if there is one; more while their payloads have less than this
   */
  public List<OutboxEntry> route(long from, int maxMessages, long maxBytes) {
    lookAtLog();
    return bypass.route(from, maxMessages, maxBytes);
  }

  /** Messages that {@link #route} gave are about to be sent, the last perhaps in part. */
  public void onRouted(List<OutboxEntry> entries) {
    bypass.onRouted(entries);
  }

  /**
   * The recipient said by another way than this lane's stream what is settled.
   *
   * @return whether it settled anything
   * @throws ProtocolViolationException if it speaks of numbers that were never sent; the stream, if there is one, goes on
   */
  public boolean onReceipt(Ack ack) throws ProtocolViolationException {
    lookAtLog();
    if (ack.settled() >= sentEnd()) {
      throw violation("receipt for " + ack.settled() + ", sent up to " + (sentEnd() - 1));
    }
    long before = log.firstUnsettled();
    settlement.settle(ack);
    return log.firstUnsettled() > before;
  }

  // ---- its numbers ----

  /** One more than the last number that is known here. */
  public long end() {
    lookAtLog();
    return intake.end();
  }

  /** The lowest number that is not settled. */
  public long firstUnsettled() {
    return log.firstUnsettled();
  }

  /** The random name of this run of numbers. */
  public long epoch() {
    return log.epoch();
  }

  /** How long messages live that say nothing else. */
  public Duration lifetime() {
    return config.lifetime();
  }

  /** Whether anything waits to be sent or acknowledged. Call after {@link #pump}. */
  public boolean isIdle() {
    return log.firstUnsettled() == intake.end() && !intake.hasMore();
  }

  /** What happened so far. */
  public SendStats stats() {
    return counters.snapshot();
  }

  private void lookAtLog() {
    intake.readClock();
    intake.takeAll();
  }

  private ProtocolViolationException violation(String what) {
    return new ProtocolViolationException(
        Scope.STREAM, "lane " + lane + " to " + recipient.shortString() + ": " + what);
  }
}
