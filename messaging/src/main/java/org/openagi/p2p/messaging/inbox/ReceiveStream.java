package org.openagi.p2p.messaging.inbox;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.bundle.Verifier;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.ChunkHeader;
import org.openagi.p2p.messaging.codec.ChunkReader;
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
 * The receiving end of one stream: checks numbers and seals, queues chunks for their lane, acknowledges.
 *
 * <p>Confined to the stream's executor, but for the few methods that the lane's drain calls. Credit for
 * chunks goes back when the handlers are done with them, so a handler that blocks stops the sender; credit
 * for everything else at once.
 *
 * @see "docs/wire/message-1.0.md, sections 2 and 4"
 */
public final class ReceiveStream implements FrameAssembler.Sink {
  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  /** The drain tells of credit in steps of this; the first receive window is four times as much. */
  private static final int CREDIT_STEP_BYTES = 64 << 10;

  /** A frame may be larger than the receive window, so its bytes get credit as they come from here on. */
  private static final int EARLY_CREDIT_BYTES = 64 << 10;

  /** Chunks of one read that quick handlers are given on the event loop; more is a flow and goes to a thread. */
  private static final int QUICK_BYTES = 8 << 10;

  private static final long POLL_MIN_NANOS = 5_000_000;
  private static final long POLL_MAX_NANOS = 100_000_000;

  private final InboxServices services;
  private final SenderInbox sender;
  private final PeerLink link;
  private final Verifier verifier;
  private final Runnable wakeUp;
  private final ByteBufAllocator allocator;
  private final FrameAssembler assembler = new FrameAssembler(this);
  private final boolean strict;
  private final boolean reports;
  private final OpenBundles bundles;
  private final ReceiveCredit credit;

  private @Nullable Hello hello;
  private int features;
  private @Nullable InboxLane lane;
  private @Nullable SealText sealText;
  private @Nullable ChunkReader reader;
  private volatile long helloFirst = 1;
  private long expected;
  private long acknowledgedEnd;
  private long chunkBytesOfBatch;
  private @Nullable InboxLane drainHere;
  private int earlyCreditBytes;
  private boolean remoteClosed;
  private long nextPollNanos = NEVER;
  private long pollNanos = POLL_MIN_NANOS;

  // shared with the drain
  private final ConcurrentLinkedQueue<ChunkTask> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final AtomicReference<@Nullable ProtocolViolationException> failure =
      new AtomicReference<>();
  private volatile long verifiedEnd;
  private volatile long acknowledgedShared;
  private long drainedSeen; // the drain's
  private volatile boolean over;

  ReceiveStream(
      InboxServices services,
      SenderInbox sender,
      PeerLink link,
      Verifier verifier,
      Runnable wakeUp,
      ByteBufAllocator allocator,
      boolean reports) {
    this.reports = reports;
    this.services = services;
    this.sender = sender;
    this.link = link;
    this.verifier = verifier;
    this.wakeUp = wakeUp;
    this.allocator = allocator;
    this.strict = services.config().verifyBeforeDelivery();
    this.bundles = new OpenBundles(sender.sender(), services.config().maxUnsealedBytes());
    this.credit = new ReceiveCredit(services, sender.admission(), link, strict);
  }

  /**
   * Bytes from the sender. Borrows the buffer.
   *
   * @throws ProtocolViolationException if a rule was broken: the sender was told, the stream is over, and
   *     the caller closes what the scope says
   */
  public void onBytes(ByteBuf in) throws ProtocolViolationException {
    if (over) return;
    int length = in.readableBytes();
    services.counters().bytesReceived.add(length);
    long keptBefore = keptBytes();
    chunkBytesOfBatch = 0;
    try {
      assembler.onBytes(in);
    } catch (ProtocolViolationException e) {
      throw fail(e);
    }
    if (over) return;
    if (keptBytes() > EARLY_CREDIT_BYTES) earlyCreditBytes = assembler.pendingBytes();
    credit.onBytes(length, chunkBytesOfBatch + keptBytes() - keptBefore);
  }

  /** Bytes of a frame that is not complete and got no credit yet. */
  private long keptBytes() {
    return (long) assembler.pendingBytes() - earlyCreditBytes;
  }

  /** The read batch is over: acknowledges and gives back credit. */
  public void onReadComplete() throws ProtocolViolationException {
    InboxLane quick = drainHere;
    drainHere = null;
    if (quick != null) quick.drainHere();
    onProgress();
  }

  /** The drain or the clock got further. */
  public void onProgress() throws ProtocolViolationException {
    awake.set(false);
    if (over) return;
    ProtocolViolationException found = failure.get();
    if (found != null) throw fail(found);
    if (services.store().failure() != null) {
      refuseForDisk();
      return;
    }
    InboxLane of = lane;
    if (of != null) of.resumeHere();
    acknowledge();
    credit.give(bundles.areMany());
    closeIfDone();
  }

  /** The sender will send nothing more: the answer ends when everything is acknowledged. */
  public void onRemoteClosed() {
    if (over) return;
    remoteClosed = true;
    boolean complete = assembler.isBetweenFrames() && bundles.areSealed();
    if (!complete) {
      end();
      link.reset();
    } else {
      closeIfDone();
    }
  }

  private void closeIfDone() {
    boolean isDone = bundles.areVerified() && acknowledgedEnd >= verifiedEnd;
    if (!remoteClosed || over || !isDone) return;
    link.closeWrite();
    link.flush();
    end();
  }

  /** The stream is gone. What was not handled is dropped; its sender will send it again. */
  public void onClosed() {
    end();
  }

  /** Tells the sender that this node is going away and ends. */
  public void goAway() {
    if (over) return;
    refuse(Refuse.GOING_AWAY, "shutting down");
  }

  /** Whether everything that was verified is acknowledged. */
  public boolean isSettled() {
    return acknowledgedEnd >= verifiedEnd;
  }

  /** Whether the stream has ended. Any thread. */
  public boolean isOver() {
    return over || failure.get() != null;
  }

  @Override
  public boolean onFrame(int type, byte[] body) throws ProtocolViolationException {
    if (hello == null && type != FrameType.HELLO) {
      throw violation("frame of type " + type + " before HELLO");
    }
    switch (type) {
      case FrameType.HELLO -> onHello(Hello.decode(body));
      case FrameType.CHUNK -> onChunk(body);
      case FrameType.SEAL -> onSeal(Seal.decode(body));
      default -> {
        if (!FrameType.isSkippable(type)) throw violation("frame of unknown type " + type);
      }
    }
    return !over;
  }

  private void onHello(Hello received) throws ProtocolViolationException {
    if (hello != null) throw violation("second HELLO");
    hello = received;
    if (received.version() != WireLimits.VERSION) {
      refuse(Refuse.UNSUPPORTED_VERSION, "version " + received.version());
    } else if (!Lane.isKnown(received.lane())) {
      refuse(Refuse.BAD_LANE, "lane " + received.lane());
    } else if (services.store().failure() != null) {
      refuseForDisk();
    } else {
      open(received, Lane.ofNumber(received.lane()));
    }
  }

  /** What cannot be kept cannot be acknowledged, so its sender better keeps it and tries later. */
  private void refuseForDisk() {
    services.counters().streamsRefused.increment();
    refuse(
        Refuse.STORAGE_FAILED,
        "the disk of " + services.self().shortString()
            + " failed, it takes no messages until it is started anew");
  }

  private void open(Hello received, Lane opened) {
    InboxLane found = sender.open(opened, received.epoch(), this);
    if (found == null) {
      refuse(Refuse.TOO_MANY_EPOCHS, "epochs or streams of lane " + opened);
      return;
    }
    lane = found;
    reader = new ChunkReader(opened, services.config().maxMessageBytes());
    sealText = new SealText(sender.sender(), services.self(), opened, received.epoch());
    helloFirst = received.first();
    found.reported(received.first());
    acknowledgedEnd = Math.max(found.acknowledgedEnd(), received.first());
    verifiedEnd = acknowledgedEnd;
    acknowledgedShared = acknowledgedEnd;
    Ack ack = new Ack(
        acknowledgedEnd - 1,
        found.refusalsBetween(received.first(), acknowledgedEnd, WireLimits.MAX_EXCEPTIONS));
    var config = services.config();
    features = received.features() & WireLimits.FEATURE_DICTIONARY;
    write(
        new HelloAck(features, ack, config.maxMessageBytes(), config.maxUnsealedBytes()).toFrame());
    link.flush();
  }

  private void onChunk(byte[] body) throws ProtocolViolationException {
    ChunkHeader header = ChunkHeader.decode(body);
    checkPlace(header);
    if (header.has(ChunkHeader.DICTIONARY) && (features & WireLimits.FEATURE_DICTIONARY) == 0) {
      throw violation("chunk needs a dictionary that was not agreed on");
    }
    bundles.add(header, body);
    expected = header.end();
    credit.onMessages(header.count());
    int wireBytes = body.length - earlyCreditBytes;
    earlyCreditBytes = 0;
    chunkBytesOfBatch += wireBytes;
    queue(header, body, wireBytes);
  }

  private void checkPlace(ChunkHeader header) throws ProtocolViolationException {
    boolean right = expected == 0
        ? header.first() >= helloFirst && header.first() <= acknowledgedEnd
        : header.first() == expected;
    if (!right) {
      throw violation("chunk starts at " + header.first() + ", expected "
          + (expected == 0 ? helloFirst + " to " + acknowledgedEnd : expected));
    }
  }

  private void queue(ChunkHeader header, byte[] body, int wireBytes) {
    Hello opening = hello;
    InboxLane to = lane;
    if (opening == null || to == null) return;
    ChunkTask task = new ChunkTask(
        header,
        body,
        wireBytes,
        services.time().nanoTime(),
        opening.lifetimeMillis(),
        services.names().apply(sender.sender()));
    if (strict) {
      bundles.hold(task);
    } else {
      tasks.add(task);
      if (chunkBytesOfBatch <= QUICK_BYTES && to.isQuick()) drainHere = to;
      else to.schedule();
    }
  }

  private void onSeal(Seal seal) throws ProtocolViolationException {
    OpenBundles.Bundle sealed = bundles.seal(seal);
    SealText text = sealText;
    if (text == null) return;
    verifier.verify(
        text.of(sealed.first, sealed.count, sealed.digest),
        seal.signature(),
        genuine -> onVerified(sealed, genuine));
  }

  private void onVerified(OpenBundles.Bundle sealed, boolean genuine)
      throws ProtocolViolationException {
    bundles.onVerified();
    if (over) return;
    if (!genuine) {
      services.counters().badSeals.increment();
      throw fail(new ProtocolViolationException(
          Scope.PEER,
          "wrong signature of " + sender.sender().shortString() + " over " + sealed.count
              + " messages from " + sealed.first));
    }
    services.counters().bundlesVerified.increment();
    verifiedEnd = Math.max(verifiedEnd, sealed.first + sealed.count);
    InboxLane to = lane;
    if (to != null && !sealed.held.isEmpty()) {
      for (ChunkTask task : sealed.held) credit.onVerified(task.wireBytes());
      tasks.addAll(sealed.held);
      to.schedule();
    }
    acknowledge();
    credit.give(bundles.areMany());
    closeIfDone();
  }

  private void acknowledge() {
    InboxLane of = lane;
    if (of == null) return;
    long end = Math.min(of.handledEnd(), verifiedEnd);
    if (end > acknowledgedEnd) end = of.settle(end);
    if (end > acknowledgedEnd) {
      List<Refusal> refusals = of.hasRefusals()
          ? of.refusalsBetween(acknowledgedEnd, end, WireLimits.MAX_EXCEPTIONS)
          : List.of();
      acknowledgedEnd = end;
      acknowledgedShared = end;
      write(new Ack(end - 1, refusals).toFrame());
      link.flush();
      of.acknowledged(end, reports);
      pollNanos = POLL_MIN_NANOS;
    }
    pollLater(acknowledgedEnd < verifiedEnd);
  }

  /** A handler that blocks in the middle of a chunk keeps the drain from telling: then we look. */
  private void pollLater(boolean waiting) {
    nextPollNanos = waiting ? services.time().nanoTime() + pollNanos : NEVER;
  }

  /** When {@link #onTimer} must be called at the latest. */
  public long nextDeadlineNanos() {
    return over ? NEVER : Math.min(credit.nextDeadlineNanos(), nextPollNanos);
  }

  /** Looks again at what the drain did. */
  public void onTimer() throws ProtocolViolationException {
    if (services.time().nanoTime() >= nextPollNanos) {
      pollNanos = Math.min(2 * pollNanos, POLL_MAX_NANOS);
    }
    onProgress();
  }

  private ProtocolViolationException fail(ProtocolViolationException cause) {
    if (!over) {
      services.counters().violations.increment();
      int code = cause.scope() == Scope.PEER ? Refuse.BAD_SIGNATURE : Refuse.PROTOCOL_VIOLATION;
      refuse(code, String.valueOf(cause.getMessage()));
    }
    return cause;
  }

  private void refuse(int code, String text) {
    write(new Refuse(code, text).toFrame());
    link.closeWrite();
    link.flush();
    end();
  }

  private void end() {
    if (over) return;
    over = true;
    tasks.clear();
    bundles.clear();
    InboxLane of = lane;
    if (of != null) of.removeStream(this);
  }

  private void write(byte[] frame) {
    link.write(allocator.directBuffer(frame.length, frame.length).writeBytes(frame));
  }

  private ProtocolViolationException violation(String what) {
    return new ProtocolViolationException(
        Scope.STREAM, "from " + sender.sender().shortString() + ": " + what);
  }

  // ---- called by the lane's drain ----

  boolean hasTasks() {
    return !tasks.isEmpty();
  }

  @Nullable
  ChunkTask pollTask() {
    return tasks.poll();
  }

  long helloFirst() {
    return helloFirst;
  }

  ChunkReader reader() {
    ChunkReader mine = reader;
    if (mine == null) throw new IllegalStateException("no HELLO yet");
    return mine;
  }

  void startReading(ChunkTask task) throws ProtocolViolationException {
    ChunkHeader header = task.header();
    byte[] body = task.body();
    int offset = header.contentOffset();
    int length = body.length - offset;
    if (header.has(ChunkHeader.ZSTD)) {
      boolean dictionary = header.has(ChunkHeader.DICTIONARY);
      byte[] raw =
          services.decompressor().decompress(body, offset, length, header.rawLength(), dictionary);
      reader().start(header, raw, 0, raw.length);
    } else {
      reader().start(header, body, offset, length);
    }
  }

  /** The drain is done with a chunk. */
  void finished(int wireBytes) {
    long drained = credit.onDrained(wireBytes);
    // Either we see the new verifiedEnd, or the executor that sets it sees our handledEnd.
    VarHandle.fullFence();
    InboxLane of = lane;
    boolean acknowledgeable =
        of != null && Math.min(verifiedEnd, of.handledEnd()) > acknowledgedShared;
    if (acknowledgeable || drained - drainedSeen >= CREDIT_STEP_BYTES) {
      drainedSeen = drained;
      wakeUp();
    }
  }

  /** The drain waits for an acknowledgement. */
  void tellProgress() {
    wakeUp();
  }

  /** A chunk could not be decoded. */
  void failFromDrain(ProtocolViolationException cause) {
    failure.updateAndGet(first -> first == null ? cause : first);
    tasks.clear();
    wakeUp();
  }

  private void wakeUp() {
    if (!awake.get() && awake.compareAndSet(false, true)) wakeUp.run();
  }
}
