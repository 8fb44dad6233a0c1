package org.openagi.p2p.messaging.outbox;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;
import org.openagi.p2p.messaging.bundle.BundleDigest;
import org.openagi.p2p.messaging.bundle.Signer;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.HelloAck;
import org.openagi.p2p.messaging.codec.Refusal;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.codec.Seal;
import org.openagi.p2p.messaging.codec.SealText;
import org.openagi.p2p.messaging.codec.WireLimits;

/**
 * Sends the messages of one lane to one peer, over one stream at a time, and settles them.
 *
 * <p>Pure state machine, confined to the peer's executor. Inputs: {@link #attach} and {@link #detach} a
 * stream, {@link #onBytes} and {@link #onWritable} from it, {@link #pump} when something was appended to
 * the log, {@link #onTimer} at {@link #nextDeadlineNanos}. Without a stream messages wait and expire.
 *
 * <p>Invariants: {@code log.firstUnsettled() <= admitted <= appended}; a number is settled exactly once;
 * what is settled while the cursor has not passed it is sent as a hole, so numbers on a stream are
 * consecutive.
 *
 * @see "docs/wire/message-1.0.md, sections 1, 2, 4.2"
 */
public final class SendLane implements FrameAssembler.Sink {
  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Most sealed bundles that wait for their acknowledgement. */
  static final int MAX_SEALED_UNACKED = 64;

  private final SendConfig config;
  private final PeerId recipient;
  private final Lane lane;
  private final OutboxLog<OutboxEntry> log;
  private final OutboxQuota quota;
  private final Signer signer;
  private final SendLaneListener listener;
  private final TimeSource time;
  private final SealText sealText;

  private final long defaultLifetimeNanos;
  private final long sealPauseNanos;
  private final long sealIntervalNanos;

  private final OutboxLog.Cursor<OutboxEntry> admitted;
  private long earliestDeadlineNanos = NEVER;
  private boolean mayHoldTied;
  private long nowNanos;
  private long nowEpochMillis;

  private @Nullable PeerLink link;
  private @Nullable SendResources resources;
  private @Nullable AdaptiveCompression compression;
  private final BundleDigest bundle = new BundleDigest();
  private FrameAssembler assembler = new FrameAssembler(this);
  private OutboxLog.Cursor<OutboxEntry> unsent;
  private @Nullable OutboxEntry partial;
  private int partialOffset;
  private boolean greeted;
  private String lastRefusal = "";
  private boolean waitsForGreeting;
  private long maxMessageBytes;
  private long maxUnsealedBytes;
  private long unsealedBytes;
  private long lastSealNanos;
  private boolean patient;
  private long generation;
  private long highestSentEnd = 1;
  private long carriedEnd = 1;
  private long routedEnd = 1;
  private OutboxLog.@Nullable Cursor<OutboxEntry> routing;
  private final ArrayDeque<Long> sealedEnds = new ArrayDeque<>();

  private long messagesSent;
  private long messagesAcknowledged;
  private long messagesExpired;
  private long messagesRefused;
  private long sealsSent;
  private long payloadBytesSent;
  private long frameBytesSent;
  private long compressedFromBytes;
  private long compressedToBytes;

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
    this.quota = quota;
    this.signer = signer;
    this.listener = listener;
    this.time = time;
    this.sealText = new SealText(self, recipient, lane, log.epoch());
    this.defaultLifetimeNanos = config.lifetime().toNanos();
    this.sealPauseNanos = config.sealPause().toNanos();
    this.sealIntervalNanos = config.sealInterval().toNanos();
    this.admitted = log.cursor();
    this.unsent = log.cursor();
    this.highestSentEnd = log.recoveredEnd();
  }

  /**
   * Starts to send over a stream; a stream attached before is forgotten.
   *
   * @param shared what the lanes of the stream's executor share
   */
  public void attach(PeerLink stream, SendResources shared) {
    detach();
    link = stream;
    resources = shared;
    ZstdCompressor zstd = shared.zstd();
    countCompression();
    compression = zstd == null ? null : new AdaptiveCompression(zstd);
    assembler = new FrameAssembler(this);
    unsent = log.cursor();
    waitsForGreeting = unsent.number() < highestSentEnd;
    // What is over before the first number of the greeting is history for both, sent or not.
    highestSentEnd = Math.max(highestSentEnd, unsent.number());
    maxMessageBytes = NetworkMessage.MAX_PAYLOAD_BYTES;
    maxUnsealedBytes = WireLimits.MIN_UNSEALED_BYTES;
    lastSealNanos = time.nanoTime() - sealIntervalNanos;
    Hello hello = new Hello(
        WireLimits.VERSION,
        lane.number(),
        zstd == null ? 0 : WireLimits.FEATURE_DICTIONARY,
        log.epoch(),
        unsent.number(),
        config.lifetime().toMillis());
    write(hello.toFrame());
    pump();
    stream.flush();
  }

  /** The stream is gone. What was not settled will be sent over the next one. */
  public void detach() {
    link = null;
    generation++;
    bundle.reset();
    partial = null;
    greeted = false;
    unsealedBytes = 0;
    sealedEnds.clear();
  }

  /** Whether there is a stream. */
  public boolean isAttached() {
    return link != null;
  }

  /**
   * Bytes from the recipient. Borrows the buffer and gives back the credit.
   *
   * @throws ProtocolViolationException if they break a rule; the lane has detached, the caller ends the
   *     stream or the connection
   */
  public void onBytes(ByteBuf in) throws ProtocolViolationException {
    PeerLink from = link;
    if (from == null) return;
    int length = in.readableBytes();
    try {
      assembler.onBytes(in);
    } catch (ProtocolViolationException e) {
      detach();
      throw e;
    }
    from.consumed(length);
    pump();
  }

  @Override
  public boolean onFrame(int type, byte[] body) throws ProtocolViolationException {
    if (!greeted && type != FrameType.HELLO_ACK && type != FrameType.REFUSE) {
      throw violation("frame of type " + type + " before HELLO_ACK");
    }
    switch (type) {
      case FrameType.HELLO_ACK -> onHelloAck(HelloAck.decode(body));
      case FrameType.ACK -> onAck(Ack.decode(body));
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

  private void onHelloAck(HelloAck hello) throws ProtocolViolationException {
    if (greeted) throw violation("second HELLO_ACK");
    greeted = true;
    lastRefusal = "";
    maxMessageBytes = hello.maxMessageBytes();
    maxUnsealedBytes = hello.maxUnsealedBytes();
    AdaptiveCompression compressing = compression;
    if (compressing != null && (hello.features() & WireLimits.FEATURE_DICTIONARY) != 0) {
      compressing.useDictionary();
    }
    onAck(hello.ack());
    if (waitsForGreeting) {
      waitsForGreeting = false;
      // Numbers behind what the recipient has, which ended meanwhile, must be told of: the next
      // chunk begins with a hole.
      if (log.firstUnsettled() <= hello.ack().settled() + 1) unsent = log.cursor();
    }
  }

  private void onAck(Ack ack) throws ProtocolViolationException {
    if (ack.settled() >= highestSentEnd) {
      throw violation("acknowledges " + ack.settled() + ", sent up to " + (highestSentEnd - 1));
    }
    while (!sealedEnds.isEmpty() && sealedEnds.getFirst() <= ack.settled() + 1) {
      sealedEnds.removeFirst();
    }
    settle(ack);
  }

  private void settle(Ack ack) {
    if (ack.settled() < log.firstUnsettled()) return;
    nowEpochMillis = time.epochMillis();
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    List<Refusal> exceptions = ack.exceptions();
    int exception = exceptions.size() - 1;
    Batch batch = new Batch();
    for (; cursor.number() <= ack.settled(); cursor.advance()) {
      OutboxEntry entry = cursor.peek();
      if (entry == null) throw new IllegalStateException("number " + cursor.number() + " missing");
      while (exception >= 0 && exceptions.get(exception).number() < cursor.number()) exception--;
      boolean refused = exception >= 0 && exceptions.get(exception).number() == cursor.number();
      Outcome end = refused
          ? new Outcome.Refused(
              exceptions.get(exception).reason(),
              "by " + recipient.shortString() + ": " + exceptions.get(exception).detail())
          : Outcome.Acknowledged.INSTANCE;
      if (!entry.settle(end, nowEpochMillis)) continue;
      if (refused) messagesRefused++;
      else messagesAcknowledged++;
      batch.add(entry, end);
    }
    batch.end(cursor.number());
  }

  /**
   * Entries that were settled together. Those with a listener are known to be watched; of the others some
   * thread may be asking for the future right now, so they are looked at again behind one fence for all.
   */
  private final class Batch {
    private final List<OutboxEntry> watched = new ArrayList<>();
    private final List<OutboxEntry> unclear = new ArrayList<>();

    void add(OutboxEntry entry, Outcome end) {
      if (SentMessages.isRecorded(entry.message(), end)) log.recordEnd(entry, end);
      addUnrecorded(entry);
    }

    void addUnrecorded(OutboxEntry entry) {
      (entry.hasListener() || entry.isLost() ? watched : unclear).add(entry);
    }

    void end(long settleUpTo) {
      if (settleUpTo > log.firstUnsettled()) log.settleUpTo(settleUpTo);
      VarHandle.fullFence();
      if (!unclear.isEmpty()) releaseUnwatched();
      if (!watched.isEmpty()) listener.onSettled(watched);
    }

    private void releaseUnwatched() {
      int messages = 0;
      long bytes = 0;
      for (int i = 0; i < unclear.size(); i++) {
        OutboxEntry entry = unclear.get(i);
        if (entry.isObserved()) {
          watched.add(entry);
        } else {
          messages++;
          bytes += entry.message().payload().length();
        }
      }
      if (messages > 0) quota.release(messages, bytes);
      if (watched.size() > 1) watched.sort(Comparator.comparingLong(OutboxEntry::number));
    }
  }

  /** There is room on the stream again. */
  public void onWritable() {
    pump();
  }

  /** Takes what was appended to the log and sends what can be sent. */
  public void pump() {
    if (log.hasRefused()) endRefused();
    if (bundle.chunks() == 0 && !hasUnsent()) return;
    nowNanos = time.nanoTime();
    nowEpochMillis = time.epochMillis();
    PeerLink stream = link;
    if (stream != null && !waitsForGreeting) send(stream);
    admitRest();
  }

  private void send(PeerLink stream) {
    boolean wrote = false;
    while (hasUnsent() && unsealedBytes < maxUnsealedBytes / 2 && stream.isWritable()) {
      sendChunk(stream);
      wrote = true;
      if (bundle.frameBytes() >= config.sealBytes()) sealIfDue();
    }
    sealIfDue();
    if (wrote) stream.flush();
  }

  /** Ends what the store could not keep. No number on the stream tells of it. */
  private void endRefused() {
    Batch batch = new Batch();
    for (OutboxEntry entry : log.pollRefused()) {
      Outcome.Refused reason = entry.acceptanceRefusal();
      if (reason == null || !entry.settle(reason, nowEpochMillis)) continue;
      messagesRefused++;
      batch.addUnrecorded(entry);
    }
    batch.end(log.firstUnsettled());
  }

  /** What can't be sent now gets its time and its deadline all the same. */
  private void admitRest() {
    OutboxEntry entry;
    while ((entry = admitted.peek()) != null) admit(entry);
  }

  private void admit(OutboxEntry entry) {
    // The pump's clock may be old when it sends much; a lifetime of the message's own is not cut by
    // that.
    long from = entry.lifetimeMillis() == 0 ? nowNanos : time.nanoTime();
    long deadline = from + nanosLeft(entry);
    entry.admit(deadline, nowEpochMillis);
    if (deadline < earliestDeadlineNanos) earliestDeadlineNanos = deadline;
    if (entry.isTied()) mayHoldTied = true;
    admitted.advance();
  }

  private long nanosLeft(OutboxEntry entry) {
    if (entry.deadlineEpochMillis() != 0) {
      return (entry.deadlineEpochMillis() - nowEpochMillis) * 1_000_000;
    }
    long lifetimeMillis = entry.lifetimeMillis();
    return lifetimeMillis == 0 ? defaultLifetimeNanos : lifetimeMillis * 1_000_000;
  }

  private boolean hasUnsent() {
    return partial != null || unsent.number() < admitted.number() || admitted.peek() != null;
  }

  private void sendChunk(PeerLink stream) {
    SendResources shared = resources();
    ChunkEncoder encoder = shared.encoder();
    long first = partial == null ? unsent.number() : partial.number();
    boolean unsettledBefore = log.firstUnsettled() < first;
    encoder.begin(first, base(), stream.chunkBytes());
    fill(encoder);
    encoder.finish(bundle.chunks() == 0, compression);
    if (bundle.chunks() == 0) patient = unsettledBefore;
    else patient = true;
    byte[] array = encoder.array();
    int offset = encoder.frameOffset();
    int length = encoder.frameLength();
    bundle.addFrame(array, offset, length, first, encoder.count());
    unsealedBytes += length;
    frameBytesSent += length;
    highestSentEnd = Math.max(highestSentEnd, first + encoder.count());
    ByteBuf buffer = shared.allocator().directBuffer(length, length);
    buffer.writeBytes(array, offset, length);
    stream.write(buffer);
  }

  private long base() {
    if (partial != null || unsent.number() < log.firstUnsettled()) return nowEpochMillis;
    OutboxEntry next = unsent.peek();
    if (next == null) return nowEpochMillis;
    return next.timestamp() == 0 ? nowEpochMillis : next.timestamp();
  }

  private void fill(ChunkEncoder encoder) {
    if (partial != null && !goOnWith(encoder, partial)) return;
    while (!encoder.isFull() && hasUnsent()) {
      if (unsent.number() < log.firstUnsettled()) {
        encoder.addHole(log.firstUnsettled() - unsent.number());
        unsent = log.cursor();
        continue;
      }
      OutboxEntry entry = unsent.peek();
      if (entry == null) throw new IllegalStateException("number " + unsent.number() + " missing");
      if (unsent.number() == admitted.number()) admit(entry);
      unsent.advance();
      if (entry.isEnded() || isTooLarge(entry)) {
        encoder.addHole(1);
      } else if (!add(encoder, entry)) {
        return;
      }
    }
  }

  private boolean add(ChunkEncoder encoder, OutboxEntry entry) {
    NetworkMessage message = entry.message();
    int taken = encoder.addMessage(message, entry.timestamp(), entry.lifetimeMillis());
    entry.markSent(nowEpochMillis);
    payloadBytesSent += taken;
    if (taken < message.payload().length()) {
      partial = entry;
      partialOffset = taken;
      return false;
    }
    messagesSent++;
    return true;
  }

  /** Returns whether the open payload is complete now. */
  private boolean goOnWith(ChunkEncoder encoder, OutboxEntry entry) {
    int taken = encoder.addContinuation(entry.message(), partialOffset);
    partialOffset += taken;
    payloadBytesSent += taken;
    if (partialOffset < entry.message().payload().length()) return false;
    partial = null;
    messagesSent++;
    return true;
  }

  private boolean isTooLarge(OutboxEntry entry) {
    int length = entry.message().payload().length();
    if (length <= maxMessageBytes) return false;
    Batch batch = new Batch();
    String detail = "payload of " + length + " bytes, " + recipient.shortString()
        + " takes at most " + maxMessageBytes;
    Outcome end = new Outcome.Refused(RefusalReason.TOO_LARGE, detail);
    if (entry.settle(end, nowEpochMillis)) {
      messagesRefused++;
      batch.add(entry, end);
    }
    batch.end(log.firstUnsettled());
    return true;
  }

  private void sealIfDue() {
    if (bundle.chunks() == 0) return;
    boolean due = bundle.frameBytes() >= config.sealBytes() || nowNanos >= sealDueNanos();
    if (!due || sealedEnds.size() >= MAX_SEALED_UNACKED) return;
    long first = bundle.first();
    long count = bundle.count();
    long bytes = bundle.frameBytes();
    byte[] text = sealText.of(first, count, bundle.end());
    lastSealNanos = nowNanos;
    if (count > 0) sealedEnds.addLast(first + count);
    long generationThen = generation;
    signer.sign(text, signature -> {
      if (generationThen == generation) sendSeal(new Seal(first, count, signature), bytes);
    });
  }

  /**
   * Whoever sends while earlier messages are not acknowledged does not wait for acknowledgements one by
   * one: then the bundle may take longer.
   */
  private long sealDueNanos() {
    return lastSealNanos + (patient ? sealIntervalNanos : sealPauseNanos);
  }

  private void sendSeal(Seal seal, long bytes) {
    PeerLink stream = link;
    if (stream == null) return;
    unsealedBytes -= bytes;
    sealsSent++;
    write(seal.toFrame());
    stream.flush();
    if (hasUnsent()) pump();
  }

  /** Does what is due: seals, expires. */
  public void onTimer() {
    nowNanos = time.nanoTime();
    if (nowNanos >= earliestDeadlineNanos) expire();
    pump();
  }

  /** When {@link #onTimer} must be called at the latest. */
  public long nextDeadlineNanos() {
    boolean sealing = link != null && bundle.chunks() > 0 && sealedEnds.size() < MAX_SEALED_UNACKED;
    return sealing ? Math.min(earliestDeadlineNanos, sealDueNanos()) : earliestDeadlineNanos;
  }

  private void expire() {
    earliestDeadlineNanos = NEVER;
    nowEpochMillis = time.epochMillis();
    endSome(entry -> {
      if (entry.deadlineNanos() <= nowNanos) return new Outcome.Expired(expiryReason(entry));
      earliestDeadlineNanos = Math.min(earliestDeadlineNanos, entry.deadlineNanos());
      return null;
    });
  }

  /** The peer is not connected any more: ends what was to be delivered only while it is. */
  public void onDisconnected() {
    lookAtLog();
    if (!mayHoldTied) return;
    mayHoldTied = false;
    endSome(entry -> {
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
    return endSome(entry -> entry.number() == number ? reason : null) > 0;
  }

  /**
   * The messages from the lowest number on, to be carried to the recipient another way: from now on it may acknowledge
   * them. At least one, if there is one; more while their payloads have less than so many bytes.
   */
  public List<OutboxEntry> carry(long maxBytes) {
    lookAtLog();
    List<OutboxEntry> entries = new ArrayList<>();
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    for (long bytes = 0; cursor.number() < admitted.number() && bytes < maxBytes; ) {
      OutboxEntry entry = cursor.peek();
      if (entry == null) throw new IllegalStateException("number " + cursor.number() + " missing");
      entries.add(entry);
      bytes += entry.message().payload().length() + OutboxQuota.OVERHEAD_BYTES;
      cursor.advance();
    }
    carriedEnd = Math.max(carriedEnd, cursor.number());
    highestSentEnd = Math.max(highestSentEnd, carriedEnd);
    return entries;
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
    List<OutboxEntry> entries = new ArrayList<>();
    OutboxLog.Cursor<OutboxEntry> cursor = cursorAt(Math.max(from, log.firstUnsettled()));
    long bytes = 0;
    while (cursor.number() < admitted.number()
        && bytes < maxBytes
        && entries.size() < maxMessages) {
      OutboxEntry entry = cursor.peek();
      if (entry == null) throw new IllegalStateException("number " + cursor.number() + " missing");
      entries.add(entry);
      bytes += entry.message().payload().length() + OutboxQuota.OVERHEAD_BYTES;
      cursor.advance();
    }
    return entries;
  }

  private OutboxLog.Cursor<OutboxEntry> cursorAt(long number) {
    OutboxLog.Cursor<OutboxEntry> known = routing;
    OutboxLog.Cursor<OutboxEntry> cursor =
        known == null || known.number() > number || known.number() < log.firstUnsettled()
            ? log.cursor()
            : known;
    while (cursor.number() < number && cursor.number() < admitted.number()) cursor.advance();
    routing = cursor;
    return cursor;
  }

  /** Messages that {@link #route} gave are about to be sent, the last perhaps in part. */
  public void onRouted(List<OutboxEntry> entries) {
    for (OutboxEntry entry : entries) {
      highestSentEnd = Math.max(highestSentEnd, entry.number() + 1);
      if (entry.isEnded()) continue;
      entry.markSent(nowEpochMillis);
      payloadBytesSent += entry.message().payload().length();
      if (entry.number() < routedEnd) continue;
      routedEnd = entry.number() + 1;
      messagesSent++;
    }
  }

  /** One more than the last number that is known here. */
  public long end() {
    lookAtLog();
    return admitted.number();
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

  /**
   * The recipient said by another way than this lane's stream what is settled.
   *
   * @return whether it settled anything
   * @throws ProtocolViolationException if it speaks of numbers that were never sent; the stream, if there is one, goes on
   */
  public boolean onReceipt(Ack ack) throws ProtocolViolationException {
    lookAtLog();
    if (ack.settled() >= highestSentEnd) {
      throw violation("receipt for " + ack.settled() + ", sent up to " + (highestSentEnd - 1));
    }
    long before = log.firstUnsettled();
    settle(ack);
    return log.firstUnsettled() > before;
  }

  private void lookAtLog() {
    nowNanos = time.nanoTime();
    nowEpochMillis = time.epochMillis();
    admitRest();
  }

  /** Ends the entries for which an outcome is given, and returns how many. */
  private int endSome(Function<OutboxEntry, @Nullable Outcome> judge) {
    Batch batch = new Batch();
    int ended = 0;
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    long settledUpTo = cursor.number();
    for (; cursor.number() < admitted.number(); cursor.advance()) {
      OutboxEntry entry = cursor.peek();
      if (entry == null) throw new IllegalStateException("number " + cursor.number() + " missing");
      if (!entry.isEnded()) {
        Outcome end = judge.apply(entry);
        if (end == null) continue;
        entry.settle(end, nowEpochMillis);
        if (end instanceof Outcome.Expired) messagesExpired++;
        else messagesRefused++;
        ended++;
        batch.add(entry, end);
      }
      if (settledUpTo == cursor.number()) settledUpTo++;
    }
    batch.end(settledUpTo);
    return ended;
  }

  private String expiryReason(OutboxEntry entry) {
    if (!lastRefusal.isEmpty()) {
      return "refused by " + recipient.shortString() + " for the time being: " + lastRefusal;
    }
    if (entry.number() < carriedEnd) {
      return "put into a file for " + recipient.shortString()
          + ", which has not acknowledged it over a connection in time; it may have arrived";
    }
    if (link == null && entry.number() < routedEnd && entry.wasSent()) {
      return "sent through other nodes, and no receipt of " + recipient.shortString()
          + " came back in time; it may have arrived";
    }
    if (entry.wasSent()) return "sent, not acknowledged by " + recipient.shortString() + " in time";
    return link == null
        ? recipient.shortString() + " was not connected in time"
        : "connection to " + recipient.shortString() + " had no room in time";
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
    if (log.hasRefused()) endRefused();
    nowNanos = time.nanoTime();
    nowEpochMillis = time.epochMillis();
    admitRest();
    Batch batch = new Batch();
    OutboxLog.Cursor<OutboxEntry> cursor = log.cursor();
    for (; cursor.number() < admitted.number(); cursor.advance()) {
      OutboxEntry entry = cursor.peek();
      if (entry == null) continue;
      Outcome end = kept == null || entry.isTied() ? reason : kept;
      if (!entry.settle(end, nowEpochMillis)) continue;
      if (end == kept) {
        batch.addUnrecorded(entry);
      } else {
        messagesRefused++;
        batch.add(entry, end);
      }
    }
    earliestDeadlineNanos = NEVER;
    batch.end(kept == null ? cursor.number() : log.firstUnsettled());
  }

  /** Whether anything waits to be sent or acknowledged. Call after {@link #pump}. */
  public boolean isIdle() {
    return log.firstUnsettled() == admitted.number() && admitted.peek() == null;
  }

  private void write(byte[] frame) {
    PeerLink stream = link;
    if (stream == null) return;
    frameBytesSent += frame.length;
    ByteBuf buffer = resources().allocator().directBuffer(frame.length, frame.length);
    stream.write(buffer.writeBytes(frame));
  }

  private SendResources resources() {
    SendResources shared = resources;
    if (shared == null) throw new IllegalStateException("no stream attached");
    return shared;
  }

  private ProtocolViolationException violation(String what) {
    return new ProtocolViolationException(
        Scope.STREAM, "lane " + lane + " to " + recipient.shortString() + ": " + what);
  }

  /** Keeps the counters of the stream before. */
  private void countCompression() {
    AdaptiveCompression before = compression;
    if (before == null) return;
    compressedFromBytes += before.rawBytes();
    compressedToBytes += before.packedBytes();
  }

  /** What happened so far. */
  public SendStats stats() {
    AdaptiveCompression current = compression;
    return new SendStats(
        messagesSent,
        messagesAcknowledged,
        messagesExpired,
        messagesRefused,
        sealsSent,
        payloadBytesSent,
        frameBytesSent,
        compressedFromBytes + (current == null ? 0 : current.rawBytes()),
        compressedToBytes + (current == null ? 0 : current.packedBytes()));
  }
}
